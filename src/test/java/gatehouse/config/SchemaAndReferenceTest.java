package gatehouse.config;

class SchemaAndReferenceTest {
    public static void main(String[] a) {
        System.out.println(JsonSchema.of(GatewayConfig.class, Texts.policies()));
        System.out.println(Reference.of(GatewayConfig.class, Texts.policies()));
    }

    @org.junit.jupiter.api.Test
    void x() throws Exception {
        java.nio.file.Files.writeString(
                java.nio.file.Path.of("/tmp/cfg-schema.json"), JsonSchema.of(GatewayConfig.class, Texts.policies()));
        java.nio.file.Files.writeString(
                java.nio.file.Path.of("/tmp/cfg-ref.md"), Reference.of(GatewayConfig.class, Texts.policies()));
    }
}
