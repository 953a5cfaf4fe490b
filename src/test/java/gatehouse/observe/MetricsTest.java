package gatehouse.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@DisplayNameGeneration(ReplaceUnderscores.class)
class MetricsTest {
    private final Metrics metrics = new Metrics();

    @AfterEach
    void close() {
        metrics.close();
    }

    @Test
    void exchanges_are_counted_by_route_and_class_of_status_over_all_lanes() {
        var one = metrics.lane();
        var two = metrics.lane();
        one.record(new Facts());
        two.record(new Facts());
        two.record(two.route("users"), new Facts());
        two.record(Facts.unmatched());
        var unanswered = new Facts();
        unanswered.status = 0;
        one.record(unanswered);

        assertThat(value("gatehouse_requests_total{route=\"users\",status_class=\"2xx\"}"))
                .isEqualTo(3);
        assertThat(value("gatehouse_requests_total{route=\"users\",status_class=\"none\"}"))
                .isEqualTo(1);
        assertThat(value("gatehouse_requests_total{route=\"none\",status_class=\"4xx\"}"))
                .isEqualTo(1);
        assertThat(value("gatehouse_request_bytes_total{route=\"users\"}")).isEqualTo(12);
        assertThat(value("gatehouse_response_bytes_total{route=\"users\"}")).isEqualTo(600);
        assertThat(value("gatehouse_problems_total{problem=\"no-route\"}")).isEqualTo(1);
    }

    @Test
    void durations_fall_into_the_bucket_whose_bound_they_reach() {
        var lane = metrics.lane();
        for (long millis : new long[] {0, 1, 2, 7, 61_000}) {
            lane.record(new Facts().taking(millis));
        }
        assertThat(bucket("0.001")).isEqualTo(2);
        assertThat(bucket("0.002")).isEqualTo(3);
        assertThat(bucket("0.005")).isEqualTo(3);
        assertThat(bucket("0.01")).isEqualTo(4);
        assertThat(bucket("60.0")).isEqualTo(4);
        assertThat(bucket("+Inf")).isEqualTo(5);
        assertThat(value("gatehouse_request_seconds_count{route=\"users\"}")).isEqualTo(5);
        assertThat(value("gatehouse_request_seconds_sum{route=\"users\"}")).isEqualTo(61.01);
    }

    @Test
    void upstream_time_is_told_by_service_also_when_a_route_has_several() {
        var lane = metrics.lane();
        var facts = new Facts();
        lane.record(facts);
        facts.service = "orders";
        lane.record(facts);
        lane.record(facts);
        lane.record(Facts.unmatched());
        facts.upstreamNanos = -1; // asked nobody: a hit in the cache
        lane.record(facts);
        assertThat(value("gatehouse_upstream_seconds_count{service=\"users\"}")).isEqualTo(1);
        assertThat(value("gatehouse_upstream_seconds_count{service=\"orders\"}"))
                .isEqualTo(2);
    }

    @Test
    void only_attempts_after_the_first_are_retries() {
        var lane = metrics.lane();
        for (int attempts : new int[] {0, 1, 3}) {
            var facts = new Facts();
            facts.attempts = attempts;
            lane.record(facts);
        }
        assertThat(value("gatehouse_retries_total{route=\"users\"}")).isEqualTo(2);
    }

    @Test
    void what_has_begun_and_not_ended_is_in_flight() {
        var lane = metrics.lane();
        lane.begin();
        lane.begin();
        lane.record(new Facts());
        assertThat(value("gatehouse_requests_in_flight")).isEqualTo(1);
    }

    @Test
    void connections_are_told_by_listener() {
        var web = metrics.lane().listener("web");
        web.opened();
        web.opened();
        web.closed();
        metrics.lane().listener("web").opened();
        assertThat(value("gatehouse_connections{listener=\"web\"}")).isEqualTo(2);
        assertThat(value("gatehouse_connections_accepted_total{listener=\"web\"}"))
                .isEqualTo(3);
    }

    @Test
    void totals_survive_the_lane_that_counted_them() {
        var lane = metrics.lane();
        lane.begin();
        lane.record(new Facts());
        lane.begin();
        lane.record(Facts.unmatched());
        lane.listener("web").opened();
        String before = ours();
        lane.close();
        lane.close();
        assertThat(ours()).isEqualTo(before);
        metrics.lane().record(new Facts());
        assertThat(value("gatehouse_requests_total{route=\"users\",status_class=\"2xx\"}"))
                .isEqualTo(2);
    }

    @Test
    void series_of_what_the_configuration_no_longer_names_go_also_from_closed_lanes() {
        var closed = metrics.lane();
        closed.record(new Facts());
        closed.close();
        var lane = metrics.lane();
        lane.record(new Facts());
        lane.record(Facts.unmatched());
        lane.listener("web").opened();
        metrics.retain(Set.of("orders"), Set.of("orders"), Set.of("secure"));
        assertThat(metrics.scrape())
                .doesNotContain("\"users\"")
                .doesNotContain("\"web\"")
                .contains("gatehouse_requests_total{route=\"none\",status_class=\"4xx\"} 1.0");
    }

    @Test
    void a_flood_of_problem_names_ends_in_one_series() {
        var lane = metrics.lane();
        for (int i = 0; i < 1_000; i++) {
            var facts = new Facts();
            facts.problem = "p" + i;
            lane.record(facts);
        }
        assertThat(metrics.scrape().lines().filter(line -> line.startsWith("gatehouse_problems_total{")))
                .hasSize(65);
        assertThat(value("gatehouse_problems_total{problem=\"other\"}")).isEqualTo(936);
    }

    @Test
    void targets_are_read_at_the_scrape_and_told_once_each() {
        metrics.targets(() -> List.of(
                new TargetSample("users", "http://a", true, false, 3),
                new TargetSample("users", "http://b", false, true, 0),
                new TargetSample("users", "http://b", false, true, 0)));
        assertThat(value("gatehouse_target_healthy{service=\"users\",target=\"http://a\"}"))
                .isEqualTo(1);
        assertThat(value("gatehouse_target_healthy{service=\"users\",target=\"http://b\"}"))
                .isZero();
        assertThat(value("gatehouse_target_ejected{service=\"users\",target=\"http://a\"}"))
                .isZero();
        assertThat(value("gatehouse_target_ejected{service=\"users\",target=\"http://b\"}"))
                .isEqualTo(1);
        assertThat(value("gatehouse_target_requests_in_flight{service=\"users\",target=\"http://a\"}"))
                .isEqualTo(3);
    }

    @Test
    void what_services_have_under_way_is_read_at_the_scrape() {
        metrics.loads(() -> List.of(new LoadSample("users", 40, 12, 3)));
        assertThat(value("gatehouse_service_concurrency_limit{service=\"users\"}"))
                .isEqualTo(40);
        assertThat(value("gatehouse_service_requests_in_flight{service=\"users\"}"))
                .isEqualTo(12);
        assertThat(value("gatehouse_service_requests_waiting{service=\"users\"}"))
                .isEqualTo(3);
    }

    @Test
    void breakers_are_read_at_the_scrape() {
        metrics.breakers(() -> Map.of("orders", 2));
        assertThat(value("gatehouse_breaker_state{route=\"orders\"}")).isEqualTo(2);
    }

    @Test
    void reloads_the_snapshot_and_dropped_log_lines_are_told() {
        metrics.reloaded(7);
        metrics.reloadRejected();
        metrics.reloadRejected();
        metrics.accessLogDropped(() -> 42);
        assertThat(value("gatehouse_config_reloads_total{result=\"applied\"}")).isEqualTo(1);
        assertThat(value("gatehouse_config_reloads_total{result=\"rejected\"}")).isEqualTo(2);
        assertThat(value("gatehouse_snapshot")).isEqualTo(7);
        assertThat(value("gatehouse_access_log_dropped_total")).isEqualTo(42);
    }

    @Test
    void the_java_machine_is_told_and_text_is_escaped() {
        var facts = new Facts();
        facts.route = "a\"b\\c\nd";
        metrics.lane().record(facts);
        assertThat(metrics.scrape())
                .contains(
                        "jvm_memory_used_bytes{",
                        "jvm_threads_live_threads",
                        "jvm_gc_pause_seconds_count{",
                        "process_files_open_files")
                .contains("gatehouse_retries_total{route=\"a\\\"b\\\\c\\nd\"}");
    }

    @Test
    void scrapes_beside_a_writing_lane_never_see_a_total_fall() throws Exception {
        var stop = new AtomicBoolean();
        var writer = new Thread(() -> {
            while (!stop.get()) {
                var lane = metrics.lane();
                for (int i = 0; i < 1_000; i++) {
                    lane.record(new Facts());
                }
                lane.close();
            }
        });
        writer.start();
        double last = 0;
        for (int i = 0; i < 200; i++) {
            String text = metrics.scrape();
            double now = text.contains("gatehouse_requests_total{route=\"users\"")
                    ? value(text, "gatehouse_requests_total{route=\"users\",status_class=\"2xx\"}")
                    : 0;
            assertThat(now).isGreaterThanOrEqualTo(last);
            last = now;
        }
        stop.set(true);
        writer.join();
        assertThat(value("gatehouse_requests_total{route=\"users\",status_class=\"2xx\"}") % 1_000)
                .isZero();
    }

    private double bucket(String bound) {
        return value("gatehouse_request_seconds_bucket{route=\"users\",le=\"" + bound + "\"}");
    }

    private double value(String series) {
        return value(metrics.scrape(), series);
    }

    private static double value(String text, String series) {
        String found = text.lines()
                .filter(line -> line.startsWith(series + " "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(series + " is not in\n" + text));
        return Double.parseDouble(found.substring(series.length() + 1));
    }

    private String ours() {
        return String.join(
                "\n",
                metrics.scrape()
                        .lines()
                        .filter(line -> line.startsWith("gatehouse_"))
                        .toList());
    }
}
