# Gatehouse. `make` alone says what there is.
.DEFAULT_GOAL := help
SHELL := bash
.PHONY: help build run test test-io_uring test-one faults fmt coverage schema clean

MVN ?= mvn -B
JAVA ?= $(if $(JAVA_HOME),$(JAVA_HOME)/bin/java,java)
JAR := target/gatehouse.jar
SOURCES := pom.xml $(shell find src/main -type f 2>/dev/null)

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z_-]+:.*## / { printf "  make %-22s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: $(JAR) ## the fat jar, target/gatehouse.jar

$(JAR): $(SOURCES)
	$(MVN) -q package -DskipTests
	@touch $@

run: $(JAR) ## a gateway with a demo upstream; try it with: curl -i http://localhost:8080/hello
	@echo "When it is ready, try:  curl -i http://localhost:8080/hello"
	@exec $(JAVA) -jar $(JAR) run

test: ## everything that a commit needs: format, checks, all tests, the jar, requests against the jar
	@.ci/tools
	$(MVN) verify

test-io_uring: ## all tests with sockets driven by io_uring
	$(MVN) verify -Dtransport=io_uring

test-one: ## one test class: make test-one T=RouteTableTest
	$(MVN) test -Dtest=$(T)

faults: $(JAR) ## the jar under faults, with the full numbers: make faults, or some: make faults F=F05,F35
	@.ci/tools
	@ulimit -n "$$(ulimit -Hn)"; $(MVN) -q test-compile failsafe:integration-test@jar-tests failsafe:verify@jar-tests \
	  -Dit.test=FaultsIT -Dfaults=full -Dfaults.only=$(F)

fmt: ## formats the code
	$(MVN) -q spotless:apply

coverage: ## all tests with coverage; the report is target/site/jacoco/index.html
	$(MVN) verify -Djacoco.skip=false jacoco:report

schema: ## writes the schemas in conf and the reference in docs again, from the records
	$(MVN) -q test -Dtest=PublishedFilesTest -Dpublish=true

clean: ## removes what was built
	$(MVN) -q clean
