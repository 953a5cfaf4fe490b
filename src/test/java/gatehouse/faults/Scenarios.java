package gatehouse.faults;

import java.util.List;
import java.util.stream.Stream;

/** All scenarios, in the order of their families. Another family is one more line here. */
final class Scenarios {
    private Scenarios() {}

    static List<Scenario> all() {
        return Stream.of(
                        QueryOfDeathScenarios.ALL,
                        RefusedScenarios.ALL,
                        ResetScenarios.ALL,
                        HangScenarios.ALL,
                        AnswerScenarios.ALL,
                        OneOfManyScenarios.ALL,
                        AllDeadScenarios.ALL,
                        RetryScenarios.ALL,
                        ClientScenarios.ALL,
                        BackPressureScenarios.ALL,
                        ConnectionScenarios.ALL,
                        OverloadScenarios.ALL,
                        ProcessScenarios.ALL,
                        RegistryScenarios.ALL,
                        ClockScenarios.ALL,
                        ClusterScenarios.ALL,
                        ChangeScenarios.ALL,
                        HostScenarios.ALL)
                .flatMap(List::stream)
                .toList();
    }
}
