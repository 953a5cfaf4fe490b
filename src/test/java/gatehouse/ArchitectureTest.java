package gatehouse;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.vertx.core.Future;
import java.util.concurrent.CompletableFuture;

/** The map of the rooms, kept true by failing when the code leaves it. The same map stands in docs/design.md. */
@AnalyzeClasses(packages = "gatehouse", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule a_room_uses_only_rooms_below_it_or_beside_it = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("process")
            .definedBy("gatehouse", "gatehouse.launch..")
            .layer("edges")
            .definedBy(
                    "gatehouse.http..",
                    "gatehouse.ws..",
                    "gatehouse.tcp..",
                    "gatehouse.admin..",
                    "gatehouse.registrar..",
                    "gatehouse.refresh..",
                    "gatehouse.grpc..",
                    "gatehouse.demo..")
            .layer("assembly")
            .definedBy("gatehouse.snapshot..")
            .layer("features")
            .definedBy(
                    "gatehouse.policy..",
                    "gatehouse.route..",
                    "gatehouse.forward..",
                    "gatehouse.files..",
                    "gatehouse.rpc..",
                    "gatehouse.cache..",
                    "gatehouse.observe..")
            .layer("core")
            .definedBy(
                    "gatehouse.exchange..",
                    "gatehouse.service..",
                    "gatehouse.registry..",
                    "gatehouse.cluster..",
                    "gatehouse.redis..",
                    "gatehouse.listener..",
                    "gatehouse.tls..",
                    "gatehouse.bus..")
            .layer("base")
            .definedBy("gatehouse.config..", "gatehouse.problem..", "gatehouse.plugin..")
            .whereLayer("process")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("edges")
            .mayOnlyBeAccessedByLayers("process")
            .whereLayer("assembly")
            .mayOnlyBeAccessedByLayers("process", "edges")
            .whereLayer("features")
            .mayOnlyBeAccessedByLayers("process", "edges", "assembly")
            .whereLayer("core")
            .mayOnlyBeAccessedByLayers("process", "edges", "assembly", "features");

    @ArchTest
    static final ArchRule every_class_stands_in_a_room_of_the_map = classes()
            .should()
            .resideInAnyPackage(
                    "gatehouse",
                    "gatehouse.launch..",
                    "gatehouse.http..",
                    "gatehouse.ws..",
                    "gatehouse.tcp..",
                    "gatehouse.admin..",
                    "gatehouse.registrar..",
                    "gatehouse.refresh..",
                    "gatehouse.grpc..",
                    "gatehouse.demo..",
                    "gatehouse.snapshot..",
                    "gatehouse.policy..",
                    "gatehouse.route..",
                    "gatehouse.forward..",
                    "gatehouse.files..",
                    "gatehouse.rpc..",
                    "gatehouse.cache..",
                    "gatehouse.observe..",
                    "gatehouse.exchange..",
                    "gatehouse.service..",
                    "gatehouse.registry..",
                    "gatehouse.cluster..",
                    "gatehouse.redis..",
                    "gatehouse.listener..",
                    "gatehouse.tls..",
                    "gatehouse.bus..",
                    "gatehouse.config..",
                    "gatehouse.problem..",
                    "gatehouse.plugin..");

    @ArchTest
    static final ArchRule what_plugins_are_written_against_stands_by_itself = noClasses()
            .that()
            .resideInAPackage("gatehouse.plugin..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages("gatehouse.plugin..", "java..", "io.vertx.core", "org.jspecify.annotations..");

    @ArchTest
    static final ArchRule edges_do_not_know_each_other = slices().matching(
                    "gatehouse.(http|ws|tcp|grpc|registrar|refresh|admin|demo)..")
            .should()
            .notDependOnEachOther();

    @ArchTest
    static final ArchRule policies_do_not_know_each_other =
            slices().matching("gatehouse.policy.(*)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule rooms_are_free_of_cycles =
            slices().matching("gatehouse.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule base_imports_nothing_of_ours = noClasses()
            .that()
            .resideInAPackage("gatehouse.problem..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("gatehouse.config..")
            .orShould()
            .dependOnClassesThat()
            .resideInAPackage("gatehouse.exchange..");

    @ArchTest
    static final ArchRule the_registry_does_not_know_what_is_sent_to_an_instance = noClasses()
            .that()
            .resideInAPackage("gatehouse.registry..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("gatehouse.service..", "gatehouse.exchange..", "gatehouse.bus..", "io.vertx..");

    @ArchTest
    static final ArchRule only_the_bus_room_speaks_to_the_event_bus = noClasses()
            .that()
            .resideOutsideOfPackage("gatehouse.bus..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.vertx.core.eventbus..");

    @ArchTest
    static final ArchRule only_the_cluster_room_knows_how_nodes_find_each_other = noClasses()
            .that()
            .resideOutsideOfPackage("gatehouse.cluster..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.hazelcast..", "io.vertx.spi.cluster..");

    @ArchTest
    static final ArchRule only_the_redis_room_knows_its_client = noClasses()
            .that()
            .resideOutsideOfPackage("gatehouse.redis..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.vertx.redis..");

    @ArchTest
    static final ArchRule nothing_blocks_an_event_loop = noClasses()
            .that()
            .resideOutsideOfPackages("gatehouse.launch..", "gatehouse")
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(Future.class, "await")
            .orShould()
            .callMethod(CompletableFuture.class, "join")
            .orShould()
            .callMethod(CompletableFuture.class, "get");
}
