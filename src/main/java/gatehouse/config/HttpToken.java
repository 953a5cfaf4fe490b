package gatehouse.config;

/** What names of fields, of cookies and of gateways in {@code Via} are made of (RFC 9110 §5.6.2). */
final class HttpToken {
    private HttpToken() {}

    /** Whether a text is one. */
    static boolean is(String text) {
        return text.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
    }
}
