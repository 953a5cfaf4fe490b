package gatehouse.cache;

import gatehouse.exchange.CanonicalPath;
import gatehouse.problem.Problem;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is to be forgotten: all that has one of the tags, is one of the URLs, or begins with the prefix.
 *
 * @param tags tags, of routes or of responses
 * @param urls full URLs as clients send them
 * @param prefix beginning of full URLs, or null
 * @param all whether everything is
 * @param soft whether it is made stale instead: still good while it is fetched anew or its service fails
 */
public record Purge(
        List<String> tags, List<String> urls, @Nullable String prefix, boolean all, boolean soft) {
    static final Purge ALL = new Purge(List.of(), List.of(), null, true, false);
    static final Purge NOTHING = new Purge(List.of(), List.of(), null, false, false);

    /** Takes the URLs in their normal form; what is not given is empty. */
    public Purge {
        tags = given(tags);
        urls = given(urls).stream().map(Purge::normal).toList();
        prefix = prefix == null ? null : normal(prefix);
    }

    private static List<String> given(@Nullable List<String> list) {
        return list == null ? List.of() : List.copyOf(list);
    }

    private static String normal(String url) {
        var start = url.indexOf("://") + 3;
        if (start < 7 || start > 8) {
            throw Problem.unprocessable("A URL does not start with http:// or https://.")
                    .asFailure();
        }
        var end = start;
        while (end < url.length() && "/?".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        var scheme = url.substring(0, start - 3).toLowerCase(Locale.ROOT);
        var question = url.indexOf('?');
        var path = url.substring(end, question < 0 ? url.length() : question);
        return scheme
                + "://"
                + Key.normal(scheme, url.substring(start, end))
                + (path.isEmpty() ? "" : CanonicalPath.of(path))
                + (question < 0 ? "" : url.substring(question));
    }

    /** Whether nothing is named. */
    public boolean isEmpty() {
        return tags.isEmpty() && urls.isEmpty() && prefix == null && !all;
    }

    boolean covers(Key key, Stored stored) {
        if (all) {
            return true;
        }
        for (var tag : stored.origin().tags()) {
            if (tags.contains(tag)) {
                return true;
            }
        }
        if (urls.isEmpty() && prefix == null) {
            return false;
        }
        var url = key.url();
        return urls.contains(url) || (prefix != null && url.startsWith(prefix));
    }
}
