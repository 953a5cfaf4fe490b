package gatehouse.fuzz;

/** All targets by name. */
final class Targets {
    private Targets() {}

    static Target named(String name, Rig rig) throws Exception {
        return switch (name) {
            case "http1" -> new Http1Target(rig);
            case "http2" -> new Http2Target(rig);
            case "answers" -> new AnswerTarget(rig);
            case "paths" -> new PathTarget();
            case "config" -> new ConfigTarget();
            default -> throw new IllegalArgumentException(name);
        };
    }
}
