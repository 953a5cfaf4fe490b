package gatehouse.cache;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.cluster.Commons;
import gatehouse.cluster.MemoryCommons;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** How nodes tell each other what is old: in few words, and so that nothing is overheard without its being known. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ForgettingTest {
    private static final int SLOT = 3;

    private final Ill commons = new Ill();
    private long now = 1;

    /** Fails when it is told to. */
    private static final class Ill extends FlawedCommons {
        private boolean isIll;
        private Runnable beforeNextCommit = () -> {};

        Ill() {
            super(new MemoryCommons(System::nanoTime));
        }

        @Override
        <T> Future<T> ask(String name, Supplier<Future<T>> question) {
            return isIll ? Future.failedFuture("ill") : question.get();
        }

        @Override
        public Future<Boolean> commit(String name, long number, Buffer bytes, Duration life) {
            var others = beforeNextCommit;
            beforeNextCommit = () -> {};
            others.run();
            return super.commit(name, number, bytes, life);
        }
    }

    private static Key key(String path) {
        return Objects.requireNonNull(Key.of(Arrays.asList("http", "a", "", path, null)));
    }

    private static Stored stored(String... tags) {
        return new Stored(
                new Stored.Origin("r", Selection.NONE, List.of(tags), 0, 0, 1, 1),
                new Stored.Head(200, null, List.of(), new Lifetime(0, 1, 0, 0, false, false, List.of()), null, null),
                Payload.EMPTY);
    }

    private static Purge tag(String tag) {
        return new Purge(List.of(tag), List.of(), null, false, false);
    }

    private Commons.Value record(String id) {
        return commons.memory.read(List.of(id)).result().get(0);
    }

    private Changes.Heard hear(Changes who) {
        return who.hear(record(who.id()), now++);
    }

    private long epoch(PurgeLog log) {
        return PurgeLog.epochOf(record(log.epochId()));
    }

    private long number(PurgeLog log) {
        return record(log.epochId()).number();
    }

    /** Whether what was asked for after so many purges is old by now. */
    private boolean isOld(PurgeLog log, long since, Key key, Stored stored) {
        return PurgeLog.covers(log.upTo(number(log)).result(), since, key, stored);
    }

    @Test
    void a_purge_makes_old_what_it_covers_and_nothing_else() {
        var log = new PurgeLog(commons, SLOT);
        log.create();
        var since = number(log);
        var before = epoch(log);
        log.add(tag("a"), "1");
        log.add(new Purge(List.of(), List.of(), "http://a/x/", false, false), "2");
        var other = new PurgeLog(commons, SLOT);
        assertThat(isOld(other, since, key("/y"), stored("a", "b"))).isTrue();
        assertThat(isOld(other, since, key("/x/1"), stored())).isTrue();
        assertThat(isOld(other, since, key("/y"), stored("b"))).isFalse();
        assertThat(isOld(other, number(log), key("/y"), stored("a"))).isFalse();
        assertThat(epoch(log)).isEqualTo(before);
    }

    @Test
    void one_purge_is_written_once() {
        var log = new PurgeLog(commons, SLOT);
        log.add(tag("a"), "1");
        var number = number(log);
        new PurgeLog(commons, SLOT).add(tag("a"), "1");
        assertThat(number(log)).isEqualTo(number);
    }

    @Test
    void what_is_older_than_the_log_is_taken_for_purged() {
        var log = new PurgeLog(commons, SLOT);
        log.create();
        var since = number(log);
        for (var i = 0; i < 70; i++) {
            log.add(tag("a"), Integer.toString(i));
        }
        assertThat(isOld(log, since, key("/y"), stored("b"))).isTrue();
        assertThat(isOld(log, since + 60, key("/y"), stored("b"))).isFalse();
        assertThat(log.upTo(number(log)).result().entries()).hasSizeLessThanOrEqualTo(64);
    }

    @Test
    void what_could_not_be_told_begins_another_epoch_when_it_can_be() {
        var log = new PurgeLog(commons, SLOT);
        log.create();
        var before = epoch(log);
        var since = number(log);
        commons.isIll = true;
        assertThat(log.add(tag("a"), "1").succeeded()).isTrue();
        assertThat(log.isInDoubt()).isTrue();
        commons.isIll = false;
        log.beginEpoch();
        assertThat(log.isInDoubt()).isFalse();
        assertThat(epoch(log)).isNotEqualTo(before);
        assertThat(new PurgeLog(commons, SLOT).upTo(number(log)).result().after(since))
                .extracting(entry -> PurgeLog.decode(entry.what()))
                .containsExactly(tag("a"));
    }

    @Test
    void of_two_who_purge_at_one_time_both_are_in_the_log() {
        var one = new PurgeLog(commons, SLOT);
        var two = new PurgeLog(commons, SLOT);
        one.create();
        var since = number(one);
        commons.isIll = true;
        two.add(tag("a"), "1");
        two.add(tag("b"), "2");
        commons.isIll = false;
        commons.beforeNextCommit = () -> one.add(tag("c"), "3");
        two.beginEpoch();
        assertThat(new PurgeLog(commons, SLOT).upTo(number(one)).result().after(since))
                .extracting(entry -> PurgeLog.decode(entry.what()))
                .containsExactlyInAnyOrder(tag("a"), tag("b"), tag("c"));
    }

    @Test
    void a_log_that_is_gone_is_begun_anew_and_is_known_to_be_short() {
        var log = new PurgeLog(commons, SLOT);
        log.add(tag("a"), "1");
        var since = number(log);
        commons.memory.commit(SharedIds.in(SLOT, "purges"), since + 1, Buffer.buffer("garbage"), Duration.ofDays(1));
        log.add(tag("b"), "2");
        assertThat(isOld(new PurgeLog(commons, SLOT), since - 1, key("/y"), stored()))
                .isTrue();
    }

    @Test
    void a_change_is_heard_once_by_others_and_not_by_who_told_it() {
        var one = new Changes(commons, SLOT, "one");
        var two = new Changes(commons, SLOT, "two");
        one.tell(key("/a"));
        one.tell(key("/b"));
        assertThat(hear(two).keys()).containsExactly(key("/a"), key("/b"));
        assertThat(hear(two)).isEqualTo(Changes.Heard.NONE);
        assertThat(hear(one)).isEqualTo(Changes.Heard.NONE);
        two.tell(key("/c"));
        assertThat(hear(one).keys()).containsExactly(key("/c"));
    }

    @Test
    void of_two_who_tell_at_one_time_both_are_heard() {
        var one = new Changes(commons, SLOT, "one");
        var two = new Changes(commons, SLOT, "two");
        var three = new Changes(commons, SLOT, "three");
        one.tell(key("/first"));
        hear(three);
        commons.isIll = true;
        two.tell(key("/b"));
        two.tell(key("/c"));
        commons.isIll = false;
        commons.beforeNextCommit = () -> {
            one.tell(key("/a"));
            assertThat(hear(three).keys()).containsExactly(key("/a"));
        };
        two.tellOwed();
        assertThat(hear(three).keys()).containsExactly(key("/b"), key("/c"));
        assertThat(hear(new Changes(commons, SLOT, "four")).keys())
                .containsExactly(key("/first"), key("/a"), key("/b"), key("/c"));
    }

    @Test
    void who_has_missed_something_knows_that_it_may_be_anything() {
        var one = new Changes(commons, SLOT, "one");
        var two = new Changes(commons, SLOT, "two");
        one.tell(key("/first"));
        hear(two);
        for (var i = 0; i < 100; i++) {
            one.tell(key("/" + i));
        }
        assertThat(hear(two).isAll()).isTrue();
        assertThat(hear(two)).isEqualTo(Changes.Heard.NONE);
        now += Changes.LIFE.toNanos();
        assertThat(hear(two).isAll()).isTrue(); // it was gone for too long
    }

    @Test
    void changes_that_could_not_be_told_are_told_later() {
        var one = new Changes(commons, SLOT, "one");
        var two = new Changes(commons, SLOT, "two");
        commons.isIll = true;
        assertThat(one.tell(key("/a")).succeeded()).isTrue();
        commons.isIll = false;
        one.tellOwed();
        assertThat(hear(two).keys()).containsExactly(key("/a"));
        commons.isIll = true;
        for (var i = 0; i < 100; i++) {
            one.tell(key("/" + i));
        }
        commons.isIll = false;
        one.tellOwed();
        assertThat(hear(two).isAll()).isTrue(); // too much to keep
    }

    @Test
    void what_is_not_to_be_understood_is_as_good_as_missed() {
        var two = new Changes(commons, SLOT, "two");
        commons.memory.commit(two.id(), 9, Buffer.buffer("{\"entries\": [7]}"), Duration.ofDays(1));
        assertThat(hear(two).isAll()).isTrue();
        assertThat(Chronicle.decode(Buffer.buffer("[]"))).isNull();
        assertThat(Key.of(Arrays.asList("http", "a", "", null, null))).isNull();
        assertThat(Key.of(List.of("http"))).isNull();
    }

    @Test
    void what_two_sides_of_a_cut_have_told_may_be_anything() {
        var one = new Changes(commons, SLOT, "one");
        var two = new Changes(commons, SLOT, "two");
        one.tell(key("/a"));
        hear(two);
        assertThat(one.id()).startsWith(Commons.EPOCH); // whose last bytes are others then
        var told = record(one.id());
        var together = told.bytes().copy().setLong(told.bytes().length() - Long.BYTES, 7);
        commons.memory.commit(one.id(), told.number() + 1, together, Duration.ofDays(1));
        assertThat(hear(two).isAll()).isTrue();
        one.tell(key("/b"));
        assertThat(hear(two).keys()).containsExactly(key("/b"));
    }

    @Test
    void a_chronicle_is_bounded_by_bytes_too() {
        var entries = new ArrayList<Chronicle.Entry>();
        for (var i = 1; i <= 20; i++) {
            entries.add(new Chronicle.Entry(i, "a", new JsonObject().put("x", "y".repeat(1000))));
        }
        var chronicle = Chronicle.beginningAfter(0).with(entries);
        assertThat(chronicle.encode().length()).isLessThan(9000);
        assertThat(chronicle.entries().get(0).number()).isEqualTo(chronicle.dropped() + 1);
        assertThat(Chronicle.decode(chronicle.encode())).isEqualTo(chronicle);
        assertThat(chronicle.reachesBackTo(chronicle.dropped())).isTrue();
        assertThat(chronicle.reachesBackTo(0)).isFalse();
    }
}
