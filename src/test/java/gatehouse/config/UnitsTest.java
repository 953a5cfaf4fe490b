package gatehouse.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.util.NetUtil;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class UnitsTest {
    private static Function<String, Object> parser(String type) {
        return switch (type) {
            case "size" -> Size::parse;
            case "share" -> Share::parse;
            case "duration" -> Durations::parse;
            case "cidr" -> Cidr::parse;
            case "listen" -> ListenAddress::parse;
            case "target" -> TargetUrl::parse;
            case "hash" -> HashKey::parse;
            case "host" -> HostPattern::parse;
            case "path" -> PathPattern::parse;
            default -> throw new IllegalArgumentException(type);
        };
    }

    @ParameterizedTest(name = "{0} {1} is {2}")
    @CsvSource({
        "size, 0B, 0B",
        "size, 1024B, 1KiB",
        "size, 8MiB, 8MiB",
        "size, 1500KiB, 1500KiB",
        "size, 2GiB, 2GiB",
        "share, 0%, 0%",
        "share, 7%, 7%",
        "share, 12.5%, 12.5%",
        "share, 100%, 100%",
        "share, 29%, 29%",
        "duration, 0s, PT0S",
        "duration, 250ms, PT0.25S",
        "duration, 10m, PT10M",
        "duration, 1h, PT1H",
        "duration, 2d, PT48H",
        "cidr, 10.0.0.0/8, 10.0.0.0/8",
        "cidr, 127.0.0.1, 127.0.0.1/32",
        "cidr, ::1, ::1/128",
        "cidr, fd00::/8, fd00::/8",
        "listen, :8080, 0.0.0.0:8080",
        "listen, [::1]:0, [::1]:0",
        "listen, localhost:65535, localhost:65535",
        "target, http://A.b:8080, http://a.b:8080",
        "target, http://my_service, http://my_service:80",
        "target, http://[::1]:81/, http://[::1]:81",
        "target, http://10.0.0.1, http://10.0.0.1:80",
        "hash, header:X-User, header:x-user",
        "hash, cookie:Sid, cookie:Sid",
        "host, API.example.com, api.example.com",
        "host, *.example.com, *.example.com",
        "host, [::1], [::1]",
        "host, 10.0.0.1, 10.0.0.1",
        "path, /, /",
        "path, /**, /**",
        "path, /users, /users",
        "path, /users/, /users/",
        "path, /users/**, /users/**",
        "path, /a/{id}/b, /a/{id}/b",
        "path, /a%20b, /a%20b"
    })
    void a_value_is_read(String type, String text, String shown) {
        assertThat(parser(type).apply(text)).hasToString(shown);
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource({
        "size, 10, no unit",
        "size, MiB, not a whole number",
        "size, 1.5MiB, no unit",
        "size, -1B, no unit",
        "size, 8589934592GiB, too large",
        "size, 9999999999999999B, not a whole number",
        "share, 20, no %",
        "share, x%, not a number",
        "share, -1%, not a number",
        "share, 100.5%, not within",
        "share, 0x1p3%, not a number",
        "share, NaN%, not a number",
        "share, 5d%, not a number",
        "share, ' 5%', not a number",
        "duration, 5, no unit",
        "duration, s, no number",
        "duration, 1.5s, not a whole number",
        "duration, 1h30m, not a whole",
        "duration, 9999999999999999s, longer than 36500d",
        "duration, 36501d, longer than",
        "cidr, 10.0.0.1/8, bits are set",
        "cidr, 10.0.0.0/33, its prefix",
        "cidr, 10.0.0.0/+8, not a number",
        "cidr, 10.0.0.0/, not a number",
        "cidr, 10.0.0/8, not an IP",
        "cidr, host/8, not an IP",
        "cidr, fd00::/129, its prefix",
        "listen, 8080, no :PORT",
        "listen, :, its port",
        "listen, :65536, its port",
        "listen, ::1:80, an IPv6 address without",
        "listen, [zz]:80, no IPv6 address",
        "listen, 'a b:80', the character ' '",
        "listen, http://a:80, an IPv6 address without",
        "target, ftp://a:1, its scheme",
        "target, a:1, its scheme",
        "target, http://, no host",
        "target, http:///, no host",
        "target, http://a:0, its port",
        "target, http://a:99999, its port",
        "target, http://a:, its port",
        "target, http://a/b, more than",
        "target, http://a?b, more than",
        "target, http://u:p@a, a user",
        "target, http://::1:80, a colon",
        "target, http://[::1, the character '['",
        "target, http://a b, the character ' '",
        "hash, header:, neither",
        "hash, ip, neither",
        "hash, header:a b, neither",
        "hash, query:a, neither",
        "host, '', no host",
        "host, a:80, a colon",
        "host, *, the character '*'",
        "host, a.*.b, the character '*'",
        "host, *., no host",
        "host, *.10.0.0.1, a wildcard",
        "host, a..b, not a host",
        "host, [x], no IPv6",
        "host, bücher.example, the character",
        "path, users, it does not start",
        "path, '', it does not start",
        "path, /a//b, it has an empty",
        "path, //, it has an empty",
        "path, //**, it has an empty",
        "path, /a//**, it has an empty",
        "path, /a/**/b, the character '*'",
        "path, /a*, the character '*'",
        "path, /../a, dot segments",
        "path, /{}, the character '{'",
        "path, /{a{b}, the character '{'",
        "path, /{id}/{id}, {id} stands in it twice",
        "path, /a?b, the character '?'",
        "path, /ü, the character"
    })
    void another_is_refused(String type, String text, String detail) {
        assertThatThrownBy(() -> parser(type).apply(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(detail);
    }

    @ParameterizedTest(name = "{0} in {1}: {2}")
    @CsvSource({
        "10.255.0.1, 10.0.0.0/8, true",
        "11.0.0.1, 10.0.0.0/8, false",
        "10.0.0.129, 10.0.0.128/25, true",
        "10.0.0.127, 10.0.0.128/25, false",
        "1.2.3.4, 0.0.0.0/0, true",
        "::1, 0.0.0.0/0, false",
        "fdff::1, fd00::/8, true",
        "10.0.0.1, 10.0.0.1, true",
        "10.0.0.2, 10.0.0.1, false"
    })
    void a_range_contains_its_addresses(String address, String range, boolean inside) {
        assertThat(Cidr.parse(range).contains(NetUtil.createByteArrayFromIpAddressString(address)))
                .isEqualTo(inside);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "127.0.0.1:1, true",
        "127.9.9.9:1, true",
        "[::1]:1, true",
        "[0:0:0:0:0:0:0:1]:1, true",
        "localhost:1, true",
        ":1, false",
        "10.0.0.1:1, false",
        "[::]:1, false",
        "127.evil.example:1, false"
    })
    void only_loopback_is_loopback(String text, boolean loopback) {
        assertThat(ListenAddress.parse(text).isLoopback()).isEqualTo(loopback);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "timout, did you mean timeout?",
        "Timeout, did you mean timeout?",
        "tiemout, did you mean timeout?",
        "retyr, did you mean retry?",
        "rate-limit, did you mean rateLimit?",
        "cache, ''",
        "t, ''",
        "'', ''",
        "a-very-long-word-that-nobody-knows, ''"
    })
    void only_a_near_word_is_suggested(String written, String hint) {
        assertThat(NearestKey.hint(written, List.of("timeout", "retry", "rateLimit")))
                .isEqualTo(hint);
    }

    @Test
    void a_layer_lies_over_another_key_by_key() {
        var below = new PolicySet(
                java.util.Map.of("a", java.util.Optional.of(new Size(1)), "b", java.util.Optional.of(new Size(2))));
        var merged = below.under(new PolicySet(java.util.Map.of("a", java.util.Optional.empty())));

        assertThat(merged.get("a", Size.class)).isNull();
        assertThat(merged.get("b", Size.class)).isEqualTo(new Size(2));
        assertThat(below.under(PolicySet.NONE)).isSameAs(below);
    }
}
