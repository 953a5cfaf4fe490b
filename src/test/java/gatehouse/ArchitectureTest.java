package gatehouse;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The map of the rooms, kept true by failing when the code leaves it. The same map stands in docs/design.md and in the README. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@AnalyzeClasses(packages = "gatehouse", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final List<String> EDGES =
            List.of("http", "grpc", "ws", "tcp", "admin", "registrar", "refresh", "demo");
    private static final List<String> ASSEMBLY = List.of("snapshot");
    private static final List<String> FEATURES =
            List.of("policy", "route", "forward", "cache", "files", "rpc", "observe");
    private static final List<String> CORE =
            List.of("exchange", "service", "upstream", "registry", "cluster", "redis", "listener", "tls", "bus");
    private static final List<String> BASE = List.of("config", "problem", "plugin");

    private static final Pattern MAP = Pattern.compile("(?s)(?<=## The (?:rooms|map of the code)\n\n```).*?(?=```)");

    /** From top to bottom, as they stand on the pages. */
    private static final List<List<String>> BANDS = List.of(List.of("launch"), EDGES, ASSEMBLY, FEATURES, CORE, BASE);

    @ArchTest
    static final ArchRule a_room_uses_only_rooms_below_it_or_beside_it = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("process")
            .definedBy("gatehouse", "gatehouse.launch..")
            .layer("edges")
            .definedBy(packages(EDGES))
            .layer("assembly")
            .definedBy(packages(ASSEMBLY))
            .layer("features")
            .definedBy(packages(FEATURES))
            .layer("core")
            .definedBy(packages(CORE))
            .layer("base")
            .definedBy(packages(BASE))
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
            .resideInAnyPackage(Stream.concat(
                            Stream.of("gatehouse"), BANDS.stream().flatMap(band -> Stream.of(packages(band))))
                    .toArray(String[]::new));

    @Test
    void the_map_on_the_pages_is_this_one() throws IOException {
        for (var page : List.of("docs/design.md", "README.md")) {
            var map = MAP.matcher(Files.readString(Path.of(page)));
            assertThat(map.find()).as("there is a map in %s", page).isTrue();
            assertThat(map.group().split("\\W+"))
                    .as("words of the map in %s", page)
                    .containsSubsequence(BANDS.stream().flatMap(List::stream).toArray(String[]::new));
        }
    }

    private static String[] packages(List<String> rooms) {
        return rooms.stream().map(room -> "gatehouse." + room + "..").toArray(String[]::new);
    }

    private static String slicesOf(List<String> rooms) {
        return "gatehouse.(" + String.join("|", rooms) + ")..";
    }

    @ArchTest
    static final ArchRule what_plugins_are_written_against_stands_by_itself = noClasses()
            .that()
            .resideInAPackage("gatehouse.plugin..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages("gatehouse.plugin..", "java..", "io.vertx.core", "org.jspecify.annotations..");

    @ArchTest
    static final ArchRule edges_do_not_know_each_other =
            slices().matching(slicesOf(EDGES)).should().notDependOnEachOther();

    @ArchTest
    static final ArchRule policies_do_not_know_each_other =
            slices().matching("gatehouse.policy.(*)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule rooms_are_free_of_cycles =
            slices().matching("gatehouse.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule base_imports_nothing_of_ours =
            slices().matching(slicesOf(BASE)).should().notDependOnEachOther();

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
