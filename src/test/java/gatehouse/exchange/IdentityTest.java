package gatehouse.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Who calls. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class IdentityTest {
    private static final Identity LIAR = new Identity(
            "alice", Set.of(), Map.of("tls", Map.of("cn", "acme"), "tls.cn", "acme", "tlsa", "kept", "sub", "alice"));

    @Test
    void nobody_but_a_certificate_says_what_is_in_it_however_the_claim_is_spelled() {
        var without = LIAR.showing(Map.of());
        assertThat(without.claim("tls")).isNull();
        assertThat(without.hasClaim("tls.cn", "acme")).isFalse();
        assertThat(without.claims()).containsOnlyKeys("tlsa", "sub");
        var shown = LIAR.showing(Map.of("cn", "bob"));
        assertThat(shown.claimText("tls.cn")).isEqualTo("bob");
        assertThat(shown.hasClaim("tls.cn", "acme")).isFalse();
    }

    @Test
    void a_claim_may_have_dots_in_its_name() {
        var identity = new Identity(null, Set.of(), Map.of("a.b", "whole", "a", Map.of("b", "within", "c", "deep")));
        assertThat(identity.claimText("a.b")).isEqualTo("whole");
        assertThat(identity.claimText("a.c")).isEqualTo("deep");
    }
}
