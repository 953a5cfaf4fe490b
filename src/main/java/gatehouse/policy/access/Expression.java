package gatehouse.policy.access;

import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import gatehouse.config.Expects;
import gatehouse.exchange.Identity;
import gatehouse.exchange.RequestHead;
import org.jspecify.annotations.Nullable;

/**
 * A condition in the Common Expression Language, compiled and type-checked when it is read. The language has no loops but over
 * lists and maps, which are bounded here, and regular expressions of linear time, so evaluating takes microseconds.
 * Thread-safe.
 */
@Expects(
        "a CEL expression that is true or false, of claims, groups, consumer, request.method, .host, .path, .query, .headers, client.ip")
final class Expression {
    private static final int MOST_CHARACTERS = 2000;
    private static final int MOST_DEPTH = 50;
    private static final int MOST_ITERATIONS = 1000;
    private static final int MOST_REGEX = 1000;

    private final String text;
    private final CelRuntime.Program program;

    private Expression(String text, CelRuntime.Program program) {
        this.text = text;
        this.program = program;
    }

    /** What is needed to compile; loaded when the first expression is read, as it takes a while. */
    private static final class Language {
        static final CelOptions OPTIONS = CelOptions.current()
                .maxExpressionCodePointSize(MOST_CHARACTERS)
                .maxParseRecursionDepth(MOST_DEPTH)
                .comprehensionMaxIterations(MOST_ITERATIONS)
                .maxRegexProgramSize(MOST_REGEX)
                .build();
        static final CelCompiler COMPILER = CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .setStandardMacros(dev.cel.parser.CelStandardMacro.STANDARD_MACROS)
                .addVar("claims", MapType.create(SimpleType.STRING, SimpleType.DYN))
                .addVar("groups", ListType.create(SimpleType.STRING))
                .addVar("consumer", SimpleType.STRING)
                .addVar("request.method", SimpleType.STRING)
                .addVar("request.host", SimpleType.STRING)
                .addVar("request.path", SimpleType.STRING)
                .addVar("request.query", SimpleType.STRING)
                .addVar("request.headers", MapType.create(SimpleType.STRING, SimpleType.STRING))
                .addVar("client.ip", SimpleType.STRING)
                .setResultType(SimpleType.BOOL)
                .build();
        static final CelRuntime RUNTIME = CelRuntimeFactory.standardCelRuntimeBuilder()
                .setOptions(OPTIONS)
                .build();
    }

    /** Compiles an expression; what is wrong with it is told with its line and column. */
    public static Expression parse(String text) {
        try {
            var checked = Language.COMPILER.compile(text).getAst();
            return new Expression(text, Language.RUNTIME.createProgram(checked));
        } catch (CelValidationException e) {
            throw new IllegalArgumentException(firstOf(e), e);
        } catch (CelEvaluationException e) {
            throw new IllegalArgumentException("can't be evaluated", e);
        }
    }

    private static String firstOf(CelValidationException e) {
        if (e.getErrors().isEmpty()) {
            return "not an expression";
        }
        var first = e.getErrors().get(0);
        var at = first.getSourceLocation();
        return first.getMessage() + " (line " + at.getLine() + ", column " + (at.getColumn() + 1)
                + " of the expression)";
    }

    /** Whether it holds; null where it can't be told, as with a claim that is not there. */
    @Nullable Boolean holds(RequestHead request, Identity identity) {
        try {
            return program.eval(new Facts(request, identity)) instanceof Boolean holds ? holds : null;
        } catch (CelEvaluationException | RuntimeException e) {
            return null;
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Expression that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
