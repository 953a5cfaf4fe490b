package gatehouse.policy.access;

import gatehouse.config.Checked;
import gatehouse.config.Cidr;
import gatehouse.config.Key;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keys of {@code access}. */
record AccessConfig(
        @Key(
                doc =
                        "Who may: a request that one of these is about passes, any other is 403. Without any, all pass that"
                                + " `deny` does not name.",
                value = "[]")
        List<Rule> allow,

        @Key(doc = "Who may not: a request that one of these is about is 403, whatever `allow` says.", value = "[]")
        List<Rule> deny)
        implements Checked {

    /** Whom a rule is about; what stands there must all be so. */
    record Rule(
            @Key(doc = "The client's address lies in one of these, of IPv4 or IPv6.", value = "[]")
            List<Cidr> cidr,

            @Key(doc = "The caller is in one of these groups.", value = "[]")
            List<String> groups,

            @Key(
                    doc =
                            "Claims by name: each is one of these texts, or a list that has one. Case counts; a name may be a"
                                    + " path with dots.")
            Map<String, List<String>> claim,

            @Key(doc = "The method is one of these. `HEAD` is meant wherever `GET` is.", value = "[]")
            List<String> method,

            @Key(
                    doc =
                            "An expression in CEL, such as `claims.dept == 'ops' && request.path.startsWith('/admin')`. One that"
                                    + " asks for a claim that is not there lets nobody pass: in `allow` it does not hold, in `deny` it"
                                    + " does.")
            @Nullable Expression when)
            implements Checked {
        private static final String METHOD = "[A-Z][A-Z0-9_-]*";

        @Override
        public void check(Complaints complaints) {
            if (cidr.isEmpty() && groups.isEmpty() && claim.isEmpty() && method.isEmpty() && when == null) {
                complaints.add("", "a rule about everybody", "one of cidr, groups, claim, method, when");
            }
            for (var name : method) {
                if (!name.matches(METHOD)) {
                    complaints.add("method", name, "methods in capitals, such as DELETE");
                }
            }
            claim.forEach((name, values) -> {
                if (values.isEmpty()) {
                    complaints.add("claim." + name, "[]", "at least one value");
                }
            });
        }
    }

    @Override
    public void check(Complaints complaints) {
        if (allow.isEmpty() && deny.isEmpty()) {
            complaints.add("allow", "neither allow nor deny", "at least one rule");
        }
    }
}
