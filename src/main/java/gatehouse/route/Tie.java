package gatehouse.route;

/**
 * Two routes that can take the same request with nothing to decide between them.
 *
 * @param first name of the one that would win, by the order of names alone
 * @param second name of the other
 * @param why what they share, in a form that fits an error message
 */
public record Tie(String first, String second, String why) {}
