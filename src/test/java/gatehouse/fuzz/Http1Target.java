package gatehouse.fuzz;

import gatehouse.fuzz.FuzzOrigin.Seen;
import gatehouse.fuzz.Message.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Requests of HTTP/1.1. Whatever a client sends: the origin gets whole, unambiguous requests, those that an independent
 * reader finds in the client's bytes, each at most once and in their order; what is refused leaves no byte there.
 */
final class Http1Target implements Target {
    /** Fields that are the gateway's own business. */
    static final Set<String> OWN = Set.of(
            "host",
            "x-forwarded-for",
            "x-forwarded-proto",
            "x-forwarded-host",
            "forwarded",
            "via",
            "x-request-id",
            "content-length",
            "transfer-encoding",
            "cookie",
            "max-forwards",
            "connection",
            "te",
            "expect");

    private final Rig rig;

    Http1Target(Rig rig) {
        this.rig = rig;
    }

    @Override
    public String name() {
        return "http1";
    }

    @Override
    public byte[] mutate(Random random, byte[] from) {
        return HeadMutator.mutate(random, from);
    }

    @Override
    public List<String> run(byte[] sent) throws Exception {
        rig.origin.forget();
        var requests = StrictReader.ofClient().requests(sent);
        var all = !requests.isEmpty() && requests.stream().allMatch(Message::isWhole);
        var received = rig.exchange(
                sent, patience(requests), bytes -> all && count(answers(bytes, requests)) >= requests.size());
        var violations = rig.afterwards();
        var answers = answers(received, requests);
        judgeAnswers(answers, violations);
        if (Bytes.text(received).endsWith("-- no answer")) {
            violations.add("no answer and no end");
        }
        var seen = rig.origin.seen().stream()
                .filter(one -> !one.message().second().startsWith("/probe/"))
                .toList();
        judgeOrigin(requests, seen, answers, violations);
        return violations;
    }

    /** What is only cut short is not answered, what is wrong is; what stops in the middle of its head may be either. */
    private static int patience(List<Message> requests) {
        var state = requests.isEmpty()
                ? State.NO_HEAD
                : requests.get(requests.size() - 1).state();
        return switch (state) {
            case WHOLE -> 0;
            case NO_HEAD, CUT_BODY -> 2;
            case BAD_HEAD, BAD_BODY -> 30;
        };
    }

    private static long count(List<Message> answers) {
        return answers.stream().filter(Message::isWhole).count();
    }

    /** Final answers in their order. */
    private static List<Message> answers(byte[] bytes, List<Message> requests) {
        var answers = new ArrayList<Message>();
        for (var from = 0; from < bytes.length; ) {
            var method = answers.size() < requests.size()
                    ? requests.get(answers.size()).first()
                    : "";
            var answer = StrictReader.ofAnswers().next(bytes, from, method, true);
            if (!answer.second().startsWith("1")) {
                answers.add(answer);
            }
            if (!answer.isWhole()) {
                break;
            }
            from = answer.end();
        }
        return answers;
    }

    private static void judgeAnswers(List<Message> answers, List<String> violations) {
        for (var answer : answers) {
            if (answer.state() == Message.State.BAD_HEAD || answer.state() == Message.State.BAD_BODY) {
                violations.add("an answer that is no HTTP: " + answer);
            }
            if (answer.second().startsWith("5")
                    && !answer.second().equals("501")
                    && !answer.second().equals("505")
                    && !answer.second().equals("508")) {
                violations.add("blames itself or the origin: " + answer.second() + " " + Bytes.text(answer.body()));
            }
        }
    }

    private static void judgeOrigin(
            List<Message> requests, List<Seen> seen, List<Message> answers, List<String> violations) {
        var next = 0;
        for (var one : seen) {
            var came = one.message();
            while (next < requests.size() && difference(requests.get(next), came) != null) {
                next++;
            }
            if (next == requests.size()) {
                var last = requests.isEmpty() ? null : requests.get(requests.size() - 1);
                violations.add("the origin got what nobody sent: " + came + "; sent were " + requests
                        + (last == null ? "" : "; " + difference(last, came)));
                return;
            }
            if (came.isWhole() && next < answers.size() && !isAnswered(requests.get(next), one, answers.get(next))) {
                violations.add("request " + next + ", number " + one.number() + " at the origin, got "
                        + answers.get(next) + " " + Bytes.text(answers.get(next).body()));
            }
            next++;
        }
        for (var i = 0; i < Math.min(requests.size(), answers.size()); i++) {
            var body = Bytes.text(answers.get(i).body());
            if (answers.get(i).isWhole()
                    && body.startsWith("seq=")
                    && seen.stream().noneMatch(one -> body.equals("seq=" + one.number()))) {
                violations.add("request " + i + " got an answer of another connection: " + body);
            }
        }
    }

    private static boolean isAnswered(Message request, Seen seen, Message answer) {
        return !answer.isWhole()
                || request.first().equals("HEAD")
                || (answer.second().equals("200") && Bytes.text(answer.body()).equals("seq=" + seen.number()));
    }

    /** What distinguishes a request at the origin from the one that was sent, or null. */
    private static @Nullable String difference(Message sent, Message came) {
        if (!sent.hasHead() || (came.isWhole() && !sent.isWhole())) {
            return "only a whole request may become one: " + sent;
        }
        if (!came.hasHead()) {
            return null;
        }
        if (!sent.first().equals(came.first())) {
            return "method " + came.first();
        }
        var target = Canonical.target(sent);
        if (!came.second().equals(target)) {
            return "target " + came.second() + " for " + target;
        }
        var host = sent.field("host");
        if (host != null && !host.equals(came.field("host"))) {
            return "host " + came.field("host");
        }
        if (came.isWhole() && !Arrays.equals(sent.body(), came.body())) {
            return "body " + Bytes.text(came.body());
        }
        for (var field : came.fields()) {
            if (!OWN.contains(field.name()) && !sent.fields().contains(field)) {
                return "field " + field;
            }
        }
        return came.all("x-forwarded-for").equals(List.of("127.0.0.1")) ? null : "x-forwarded-for";
    }
}
