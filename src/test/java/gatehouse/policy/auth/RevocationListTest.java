package gatehouse.policy.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Revocations in memory: what they are about, and how long they are kept. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RevocationListTest {
    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

    private final AtomicReference<Instant> clock = new AtomicReference<>(NOON);
    private final RevocationList list = new RevocationList(clock::get);

    @Test
    void a_token_is_known_by_its_id() {
        list.revokeToken("one", NOON.plusSeconds(60));
        assertThat(list.isRevoked("one", "", 0)).isTrue();
        assertThat(list.isRevoked("two", "", 0)).isFalse();
        assertThat(list.isRevoked("", "", 0)).isFalse();
    }

    @Test
    void the_later_of_two_revocations_counts() {
        var seconds = NOON.getEpochSecond();
        list.revokeSubject("ann", NOON, NOON.plusSeconds(60));
        list.revokeSubject("ann", NOON.minusSeconds(30), NOON.plusSeconds(600));
        assertThat(list.isRevoked("", "ann", seconds)).isTrue();
        assertThat(list.isRevoked("", "ann", seconds + 1)).isFalse();
        assertThat(list.isRevoked("", "bob", 0)).isFalse();
        clock.set(NOON.plusSeconds(61));
        list.revokeToken("x", NOON.plusSeconds(600));
        assertThat(list.isRevoked("", "ann", seconds)).isTrue();
    }

    @Test
    void what_has_expired_makes_room() {
        list.revokeToken("one", NOON.plusSeconds(60));
        clock.set(NOON.plusSeconds(61));
        list.revokeToken("two", NOON.plusSeconds(120));
        assertThat(list.size()).isEqualTo(1);
    }

    @Test
    void there_are_no_more_than_so_many_and_none_is_forgotten_for_another() {
        for (var i = 0; i < 10; i++) {
            list.revokeSubject("s" + i, NOON, NOON.plusSeconds(60));
        }
        var small = new RevocationList(clock::get, 2);
        small.revokeToken("one", NOON.plusSeconds(60));
        small.revokeToken("two", NOON.plusSeconds(60));
        assertThatThrownBy(() -> small.revokeToken("three", NOON.plusSeconds(60)))
                .isInstanceOf(IllegalStateException.class);
        assertThat(small.isRevoked("one", "", 0)).isTrue();
    }
}
