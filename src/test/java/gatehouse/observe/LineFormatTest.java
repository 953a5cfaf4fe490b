package gatehouse.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import gatehouse.config.AccessLogConfig.Format;
import gatehouse.exchange.ExchangeFacts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LineFormatTest {
    private final Facts facts = new Facts();

    @Test
    void a_json_line_tells_all_there_is() {
        facts.query = "v=2";
        facts.problem = "bad-gateway";
        facts.consumer = "alice";
        facts.userAgent = "curl/8";
        facts.referer = "https://example.com/";
        facts.aborted = true;
        assertThat(line(Format.JSON))
                .isEqualTo("{\"time\":\"2025-12-31T23:59:59.007Z\",\"id\":\"id-1\",\"client\":\"192.0.2.7\","
                        + "\"method\":\"GET\",\"host\":\"api.example.com\",\"path\":\"/users/42\",\"query\":\"v=2\","
                        + "\"protocol\":\"HTTP/1.1\",\"status\":200,\"bytesIn\":3,\"bytesOut\":150,\"ms\":12.345,"
                        + "\"upstreamMs\":9.000,\"route\":\"users\",\"service\":\"users\","
                        + "\"target\":\"http://10.0.0.1:8080\",\"attempts\":1,\"problem\":\"bad-gateway\","
                        + "\"consumer\":\"alice\",\"userAgent\":\"curl/8\",\"referer\":\"https://example.com/\","
                        + "\"aborted\":true}");
    }

    @Test
    void the_page_on_the_access_log_names_every_member_in_its_order() throws Exception {
        facts.query = "v=2";
        facts.problem = "bad-gateway";
        facts.consumer = "alice";
        facts.userAgent = "curl/8";
        facts.referer = "https://example.com/";
        facts.aborted = true;
        var members = new ArrayList<String>();
        parse(line(Format.JSON)).fieldNames().forEachRemaining(members::add);
        members.add(members.indexOf("aborted"), "closeCode"); // of WebSockets alone

        assertThat(Files.readString(Path.of("docs/access-log.md")).lines())
                .filteredOn(line -> line.startsWith("| `"))
                .extracting(line -> line.substring(3, line.indexOf('`', 3)))
                .containsExactlyElementsOf(members);
    }

    @Test
    void a_json_line_leaves_out_what_is_absent() throws Exception {
        var absent = Facts.unmatched();
        absent.status = 0;
        absent.host = "";
        assertThat(parse(encode(Format.JSON, absent)).fieldNames())
                .toIterable()
                .containsExactly(
                        "time",
                        "id",
                        "client",
                        "method",
                        "path",
                        "protocol",
                        "bytesIn",
                        "bytesOut",
                        "ms",
                        "attempts",
                        "problem");
    }

    @Test
    void the_time_follows_the_clock_from_second_to_second() throws Exception {
        LineFormat format = LineFormat.of(Format.JSON);
        var chunk = new Chunk();
        for (long millis : new long[] {1_767_225_599_007L, 1_767_225_599_999L, 1_767_225_600_000L, 951_782_400_123L}) {
            facts.startEpochMillis = millis;
            format.encode(facts, chunk);
            chunk.endLine();
        }
        assertThat(text(chunk).lines().map(line -> line.substring(9, 33)))
                .containsExactly(
                        "2025-12-31T23:59:59.007Z",
                        "2025-12-31T23:59:59.999Z",
                        "2026-01-01T00:00:00.000Z",
                        "2000-02-29T00:00:00.123Z");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\u001b[31m",
                "a\nb\r\tc\u0000",
                "\",\"status\":999,\"x\":\"",
                "\\",
                "${jndi:ldap://x}",
                "äöü €",
                "\uD83D\uDE00",
                "\u2028\u2029\u202e\u2066",
                "\u007f\u0085\u009b"
            })
    void whatever_a_client_sends_stays_inside_its_json_string(String sent) throws Exception {
        facts.userAgent = sent;
        facts.path = sent;
        String line = line(Format.JSON);
        JsonNode read = parse(line);
        assertThat(read.get("userAgent").asText()).isEqualTo(sent);
        assertThat(read.get("path").asText()).isEqualTo(sent);
        assertThat(read.get("status").asInt()).isEqualTo(200);
        assertThat(line).doesNotContainPattern("[\\p{Cntrl}\u0080-\u009f\u2028-\u202e\u2066-\u2069]");
    }

    @Test
    void half_a_surrogate_pair_becomes_a_replacement_character() throws Exception {
        facts.userAgent = "a\ud83db\ude00";
        assertThat(parse(line(Format.JSON)).get("userAgent").asText()).isEqualTo("a\ufffdb\ufffd");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "\u0001", "€", "\uD83D\uDE00", "\""})
    void a_field_over_one_kibibyte_is_cut_with_a_mark(String unit) throws Exception {
        facts.userAgent = "p" + unit.repeat(5000);
        String line = line(Format.JSON);
        String written = line.substring(line.indexOf("\"userAgent\":\"") + 13, line.length() - 2);
        assertThat(written.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(1024 - 15, 1024);
        assertThat(written).endsWith("…");
        assertThat(facts.userAgent)
                .startsWith(parse(line).get("userAgent").asText().replace("…", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"JSON", "COMBINED"})
    void a_line_full_of_the_worst_fields_fits_behind_a_nearly_full_chunk(Format format) {
        String worst = "\u0001".repeat(3000);
        facts.requestId = facts.clientAddress = facts.method = facts.host = facts.path = facts.query = worst;
        facts.route = facts.service = facts.target = facts.problem = worst;
        facts.userAgent = facts.referer = facts.consumer = worst;
        facts.bytesIn = facts.bytesOut = facts.endNanos = facts.upstreamNanos = Long.MAX_VALUE;
        var chunk = new Chunk();
        while (chunk.asBuffer().remaining() < Chunk.CAPACITY - 1) {
            chunk.raw('x');
        }
        assertThat(chunk.isFull()).isFalse();
        LineFormat.of(format).encode(facts, chunk);
        chunk.endLine();
        assertThat(chunk.isFull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "token=abc, token=***",
        "a=1&access_token=abc&b=2, a=1&access_token=***&b=2",
        "TOKEN=abc&Api_Key=d, TOKEN=***&Api_Key=***",
        "key=1&apikey=2&sig=3&code=4&password=5, key=***&apikey=***&sig=***&code=***&password=***",
        "client_secret=s&refreshToken=t&X-Amz-Signature=u, client_secret=***&refreshToken=***&X-Amz-Signature=***",
        "%74oken=abc, %74oken=***",
        "token=a=b;c=d&e=f, token=***&e=f",
        "a=1;token=b, a=1;token=***",
        "token=, token=***",
        "token&key, token&key",
        "keys=1&encode=2&monkey=3&tokens=4, keys=1&encode=2&monkey=3&tokens=4",
        "a=%zz&%=1&=2, a=%zz&%=1&=2",
        "&&token=1&, &&token=***&"
    })
    void credentials_in_a_query_are_masked(String query, String logged) throws Exception {
        facts.query = query;
        facts.referer = "https://example.com/x?" + query;
        JsonNode read = parse(line(Format.JSON));
        assertThat(read.get("query").asText()).isEqualTo(logged);
        assertThat(read.get("referer").asText()).isEqualTo("https://example.com/x?" + logged);
        assertThat(line(Format.COMBINED)).contains("\"GET /users/42?" + logged + " HTTP/1.1\"");
    }

    @Test
    void a_long_query_never_shows_a_credential_at_its_cut() {
        for (int length = 990; length < 1030; length++) {
            facts.query = "q=" + "x".repeat(length) + "&token=hush";
            assertThat(line(Format.JSON)).doesNotContain("hush").doesNotContain("token=h");
        }
    }

    @Test
    void a_combined_line_is_what_apache_writes() {
        facts.consumer = "alice";
        facts.query = "v=2";
        facts.referer = "https://example.com/";
        facts.userAgent = "curl/8";
        assertThat(line(Format.COMBINED))
                .isEqualTo("192.0.2.7 - alice [31/Dec/2025:23:59:59 +0000] \"GET /users/42?v=2 HTTP/1.1\" 200 150"
                        + " \"https://example.com/\" \"curl/8\"");
    }

    @Test
    void a_combined_line_has_dashes_for_what_is_absent() {
        facts.status = 0;
        facts.bytesOut = 0;
        assertThat(line(Format.COMBINED))
                .endsWith(" HTTP/1.1\" - - \"-\" \"-\"")
                .startsWith("192.0.2.7 - - [");
    }

    @Test
    void a_combined_line_escapes_as_apache_does() {
        facts.consumer = "a b\"]";
        facts.userAgent = "q\" b\\ \n\t\u001b\u007f ä";
        assertThat(line(Format.COMBINED))
                .contains(" - a\\x20b\\\"] [31/")
                .endsWith("\"q\\\" b\\\\ \\n\\t\\x1b\\x7f \\xc3\\xa4\"");
    }

    private String line(Format format) {
        return encode(format, facts);
    }

    private static String encode(Format format, ExchangeFacts facts) {
        var chunk = new Chunk();
        LineFormat.of(format).encode(facts, chunk);
        return text(chunk);
    }

    private static String text(Chunk chunk) {
        return StandardCharsets.UTF_8.decode(chunk.asBuffer()).toString();
    }

    private static JsonNode parse(String line) throws Exception {
        return new ObjectMapper().readTree(line);
    }
}
