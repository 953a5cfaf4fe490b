# docker build -t gatehouse .
# docker run -v $PWD/my-conf:/gatehouse/conf:ro -v gatehouse:/gatehouse/data -p 8080:8080 gatehouse
FROM maven:3.9.16-eclipse-temurin-17-noble AS build
WORKDIR /build
COPY pom.xml .
COPY src/main src/main
RUN mvn -B -q package -Dmaven.test.skip=true

FROM eclipse-temurin:17.0.19_10-jre-noble
RUN groupadd --gid 10001 gatehouse \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /gatehouse --shell /usr/sbin/nologin gatehouse \
 && mkdir -p /gatehouse/conf /gatehouse/data /gatehouse/logs /gatehouse/run \
 && chown gatehouse:gatehouse /gatehouse/data /gatehouse/logs /gatehouse/run
WORKDIR /gatehouse
COPY --from=build /build/target/gatehouse.jar gatehouse.jar

# by number, so that Kubernetes can tell that it is not root
USER 10001:10001
EXPOSE 8080
VOLUME /gatehouse/data

# where admin.listen has port 9900, as it has by itself; the image has no curl, and bash speaks TCP
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 CMD ["bash", "-c", \
  "exec 3<>/dev/tcp/127.0.0.1/9900 && printf 'GET /health/live HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && read -r line <&3 && [[ $line == *' 200 '* ]]"]

STOPSIGNAL SIGTERM
# half of the memory for the heap; buffers, threads and classes need the rest. More flags come as JAVA_TOOL_OPTIONS
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=50", "-XX:+ExitOnOutOfMemoryError", "-jar", "gatehouse.jar"]
CMD ["run"]
