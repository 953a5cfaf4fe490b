# Gatehouse. `make` alone says what there is.
.DEFAULT_GOAL := help
SHELL := bash
.PHONY: help build run test test-io_uring test-one faults soak fuzz stampede bench bench-registry bench-sockets bench-spring profile jmh fmt coverage schema clean

MVN ?= mvn -B
JAVA ?= $(if $(JAVA_HOME),$(JAVA_HOME)/bin/java,java)
JAR := target/gatehouse.jar
# Classes as the virtual machine likes them best. Written when the first run ends, used by the next ones; one that does not fit
# the jar or the Java at hand is passed over in silence.
CLASSES := target/gatehouse.jsa
SOURCES := pom.xml $(shell find src/main -type f 2>/dev/null)

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z_-]+:.*## / { printf "  make %-22s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: $(JAR) ## the fat jar, target/gatehouse.jar

$(JAR): $(SOURCES)
	@echo "building $@ ... the first build fetches what it needs, which takes some minutes"
	@$(MVN) -q package -DskipTests
	@touch $@
	@rm -f $(CLASSES)

run: $(JAR) ## a gateway with a demo upstream; try it with: curl -i http://localhost:8080/hello
	@echo "When it is ready, try:  curl -i http://localhost:8080/hello"
	@if [ -f $(CLASSES) ]; then archive=-XX:SharedArchiveFile=$(CLASSES); \
		else archive=-XX:ArchiveClassesAtExit=$(CLASSES); fi; \
	exec $(JAVA) -Xlog:disable $$archive -jar $(JAR) run

test: ## everything that a commit needs: format, checks, all tests, the jar, requests against the jar
	@.ci/tools
	$(MVN) verify

test-io_uring: ## all tests with sockets driven by io_uring
	$(MVN) verify -Dtransport=io_uring

test-one: ## one test class: make test-one T=RouteTableTest
	$(MVN) test -Dtest=$(T)

TIME ?= 60s
SEED ?= $(shell date +%s)

fuzz: ## mutated messages against parser, router and forwarder: make fuzz TIME=60s SEED=1; TIME is for each of the five kinds
	$(MVN) -q test -Dtest=FuzzTest -Dfuzz.seconds=$(subst s,,$(TIME:%m=$$((60*%)))) -Dfuzz.seed=$(SEED)

faults: $(JAR) ## the jar under faults, with the full numbers: make faults, or some: make faults F=F05,F35; SEED=N repeats a run
	@.ci/tools && bench/tools load
	@ulimit -n "$$(ulimit -Hn)"; $(MVN) -q test-compile failsafe:integration-test@jar-tests failsafe:verify@jar-tests \
	  -Dit.test=FaultsIT -Dfaults=full -Dfaults.only=$(F) -Dfaults.seed=$(SEED)

stampede: $(JAR) ## one fetch for three nodes with 200 clients each, with deaths, sleeps, stops and a cut: make stampede TRIALS=100 DEATHS=20 SLEEPS=20 STOPS=20 CUT=60
	@.ci/tools
	$(MVN) -q test-compile failsafe:integration-test@jar-tests failsafe:verify@jar-tests -Dit.test=StampedeIT,CutClusterIT \
	  -Dstampede.patience=50 -Dstampede.clients=200 -Dstampede.leases=3 -Dstampede.trials=$(or $(TRIALS),100) -Dstampede.deaths=$(or $(DEATHS),20) \
	  -Dstampede.sleeps=$(or $(SLEEPS),20) -Dstampede.stops=$(or $(STOPS),20) -Dstampede.cut=$(or $(CUT),60)

soak: $(JAR) ## 100 reloads and 50 redeployments of each verticle under load, what they leave behind, and restarts behind a second node
	$(MVN) -q test -Dtest=ChangesUnderLoadTest -Dsoak=true
	$(MVN) -q failsafe:integration-test@jar-tests failsafe:verify@jar-tests -Dit.test=FaultsIT -Dfaults=full -Dfaults.only=F62

bench: $(JAR) ## beside NGINX, HAProxy and others, one table: make bench, or some: make bench ROWS=small,h2c ROUNDS=3 QUICK=1
	@bench/tools
	@python3 bench/bench.py $(if $(ROWS),--rows=$(ROWS)) $(if $(TARGETS),--targets=$(TARGETS)) $(if $(ROUNDS),--rounds=$(ROUNDS)) \
	  $(if $(SECONDS_EACH),--seconds=$(SECONDS_EACH)) $(if $(QUICK),--quick)

bench-spring: ## the jar of Spring Cloud Gateway that make bench compares with, from bench/spring
	@$(MVN) -q -f bench/spring/pom.xml package -DbuildDirectory="$(CURDIR)/target/bench/spring"

bench-sockets: $(JAR) ## what idle WebSockets cost: make bench-sockets, or fewer: SOCKETS=200
	python3 bench/sockets.py $(or $(SOCKETS),10000)

bench-registry: $(JAR) ## what the registry costs, with 10,000 instances: make bench-registry, or fewer: INSTANCES=200 SERVICES=20
	@python3 bench/registry.py $(if $(INSTANCES),--instances=$(INSTANCES)) $(if $(SERVICES),--services=$(SERVICES))

ROW ?= small

profile: $(JAR) ## where the time of one row of the benchmark goes, and what it allocates: make profile ROW=small
	@bench/tools
	@python3 bench/recording.py --row=$(ROW) $(if $(TARGET),--target=$(TARGET)) $(if $(QUICK),--quick)

B ?= .
JMH ?= -prof gc

jmh: ## microbenchmarks: make jmh, or some: make jmh B=Route JMH='-f 3'
	$(MVN) -q -Pjmh test-compile exec:exec -Djmh.arguments="$(B) $(JMH)"

fmt: ## formats the code
	$(MVN) -q spotless:apply

coverage: ## all tests with coverage; the report is target/site/jacoco/index.html
	$(MVN) verify -Djacoco.skip=false jacoco:report

schema: ## writes the schemas in conf and the reference in docs again, from the records
	$(MVN) -q test -Dtest=PublishedFilesTest -Dpublish=true

clean: ## removes what was built
	$(MVN) -q clean
