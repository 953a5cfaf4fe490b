package gatehouse.policy.websocket;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import com.networknt.schema.InvalidSchemaException;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaException;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.OutputFormat;
import com.networknt.schema.SchemaId;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.resource.AllowSchemaLoader;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.policy.NamedFiles;
import gatehouse.policy.Policy;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * What messages of clients must look like. Nothing is fetched for it, and its patterns are those of RE2, which take time by the
 * length of a text and nothing else. Thread-safe.
 */
public final class MessageSchema implements Policy {
    private static final int MOST_BYTES = 1 << 20;
    private static final int MOST_DEPTH = 100;
    private static final int NO_JSON = 1007;
    private static final int NOT_SO = 1008;

    private static final JsonMapper JSON = JsonMapper.builder(new com.fasterxml.jackson.core.JsonFactoryBuilder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MOST_DEPTH)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION) // who reads it then may take the other one
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final SchemaValidatorsConfig CONFIG = SchemaValidatorsConfig.builder()
            .failFast(true)
            .formatAssertionsEnabled(false)
            .regularExpressionFactory(MessageSchema::expression)
            .build();

    private final JsonSchema schema;

    private MessageSchema(JsonSchema schema) {
        this.schema = schema;
    }

    /**
     * Reads a schema.
     *
     * @throws IOException what is wrong with it, fit to stand behind its name
     */
    static MessageSchema read(String file, NamedFiles files) throws IOException {
        JsonNode text;
        try {
            text = JSON.readTree(files.read(file, MOST_BYTES));
        } catch (JsonProcessingException e) {
            throw new IOException("is no JSON: " + e.getOriginalMessage(), e);
        }
        var factory = JsonSchemaFactory.getInstance(
                VersionFlag.V202012,
                builder -> builder.schemaLoaders(loaders ->
                        loaders.add(new AllowSchemaLoader(iri -> iri.toString().startsWith("classpath:")))));
        try {
            if (!text.isObject() && !text.isBoolean()) {
                throw new IOException("is no JSON schema: neither an object nor true or false");
            }
            var dialect = text.path("$schema").asText(SchemaId.V202012);
            var wrong = factory.getSchema(SchemaLocation.of(dialect)).validate(text);
            if (!wrong.isEmpty()) {
                throw new IOException(
                        "is no JSON schema: " + wrong.iterator().next().getMessage());
            }
            var schema = factory.getSchema(text, CONFIG);
            schema.initializeValidators(); // finds what its references don't lead to
            return new MessageSchema(schema);
        } catch (InvalidSchemaException e) {
            throw new IOException("refers to what is not in it: " + e.getMessage(), e);
        } catch (JsonSchemaException | PatternSyntaxException e) {
            throw new IOException("is no JSON schema: " + e.getMessage(), e);
        }
    }

    private static RegularExpression expression(String pattern) {
        var compiled = Pattern.compile(pattern);
        return text -> compiled.matcher(text).find();
    }

    /**
     * Judges a message.
     *
     * @return 0, or the code to close with: 1007 for what is no JSON or has a name twice, 1008 for what is not as the schema says
     */
    public int judge(byte[] message) {
        JsonNode json;
        try {
            json = JSON.readTree(
                    new String(message, StandardCharsets.UTF_8)); // of bytes the codec would guess a charset
        } catch (IOException e) {
            return NO_JSON;
        }
        try {
            return json.isMissingNode() ? NO_JSON : schema.validate(json, OutputFormat.BOOLEAN) ? 0 : NOT_SO;
        } catch (ArithmeticException | NumberFormatException e) { // 1e999, of which there is no multiple
            return NOT_SO;
        }
    }

    /** A handshake is no message. */
    @Override
    public Future<Reply> apply(Exchange exchange, Next next) {
        return next.proceed(exchange);
    }
}
