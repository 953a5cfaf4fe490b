package gatehouse.policy;

import gatehouse.config.Checked.Complaints;
import gatehouse.exchange.Identity;
import gatehouse.exchange.TrialRequest;
import gatehouse.problem.Problem;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A policy as the configuration knows it: its key, its place in the chain, the record its settings are read into.
 *
 * @param key the key in the file; two steps of one key stand at two stages
 * @param doc what it does, for the reference
 * @param stage where it stands
 * @param config record of its settings; every component has a {@link gatehouse.config.Key}
 * @param make builds the policy from its settings; null where the forwarder reads the record itself
 * @param check finds what the record by itself can't know to be wrong
 * @param trial says what it would do with a request that nobody sent
 * @param always whether it holds for routes that don't name it, with its defaults
 * @param renewed whether it is built anew for each snapshot, as more than its settings goes into it; what it must not
 *     forget it has from {@link Surroundings#kept}
 */
public record PolicyType<C extends Record>(
        String key,
        String doc,
        Stage stage,
        Class<C> config,
        @Nullable BiFunction<C, Surroundings, Policy> make,
        Check<C> check,
        Trial<C> trial,
        boolean always,
        boolean renewed) {

    /** Finds what is wrong with settings beyond what their record checks by itself, such as files that they name. */
    @FunctionalInterface
    public interface Check<C extends Record> {
        /** Tells everything that is wrong; keys are below the policy's own. */
        void check(C settings, NamedFiles files, Complaints complaints);
    }

    /** Says what a policy would do with a request that nobody sent, for {@code explain} and the tests of a configuration. */
    @FunctionalInterface
    public interface Trial<C extends Record> {
        /** The refusal, or null where the request would pass as far as can be told. */
        @Nullable Problem refuses(C settings, TrialRequest request, Identity identity);
    }

    /** A step in the chain. */
    public static <C extends Record> PolicyType<C> policy(
            String key, String doc, Stage stage, Class<C> config, Function<C, Policy> make) {
        return using(key, doc, stage, config, (settings, surroundings) -> make.apply(settings));
    }

    /** A step in the chain that needs something of the node that it runs on. */
    public static <C extends Record> PolicyType<C> using(
            String key, String doc, Stage stage, Class<C> config, BiFunction<C, Surroundings, Policy> make) {
        return new PolicyType<>(
                key,
                doc,
                stage,
                config,
                make,
                (settings, files, complaints) -> {},
                (settings, request, identity) -> null,
                true,
                false);
    }

    /** Settings that the end of the chain reads; no step of their own. */
    public static <C extends Record> PolicyType<C> setting(String key, String doc, Stage stage, Class<C> config) {
        return new PolicyType<>(
                key,
                doc,
                stage,
                config,
                null,
                (settings, files, complaints) -> {},
                (settings, request, identity) -> null,
                true,
                false);
    }

    /** The same with a check of its settings. */
    public PolicyType<C> checkedBy(Check<C> look) {
        return new PolicyType<>(key, doc, stage, config, make, look, trial, always, renewed);
    }

    /** The same with an answer for {@code explain}. */
    public PolicyType<C> explainedBy(Trial<C> answer) {
        return new PolicyType<>(key, doc, stage, config, make, check, answer, always, renewed);
    }

    /** The same, for no route that does not name it. */
    public PolicyType<C> onlyWhereNamed() {
        return new PolicyType<>(key, doc, stage, config, make, check, trial, false, renewed);
    }

    /** The same, built anew for each snapshot. */
    public PolicyType<C> builtAnew() {
        return new PolicyType<>(key, doc, stage, config, make, check, trial, always, true);
    }

    /** The step for these settings; {@link Policy#NONE} for settings without one. */
    public Policy build(Record settings, Surroundings surroundings) {
        return make == null ? Policy.NONE : make.apply(config.cast(settings), surroundings);
    }

    /** Tells what is wrong with settings of this policy. */
    public void check(Record settings, NamedFiles files, Complaints complaints) {
        check.check(config.cast(settings), files, complaints);
    }

    /** What this policy, with these settings, would refuse; null where it would let the request pass. */
    public @Nullable Problem refuses(Record settings, TrialRequest request, Identity identity) {
        return trial.refuses(config.cast(settings), request, identity);
    }
}
