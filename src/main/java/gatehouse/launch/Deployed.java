package gatehouse.launch;

import gatehouse.http.HttpProxyVerticle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the manifest as it runs.
 *
 * @param name its name
 * @param entry what was asked for
 * @param id of the deployment
 * @param instances how many there are
 * @param generation 1 for the first, one more with each redeployment
 * @param code classes of its jar; null for what comes with the gateway
 * @param proxies those among the instances that serve HTTP
 */
record Deployed(
        String name,
        Manifest.Entry entry,
        String id,
        int instances,
        int generation,
        @Nullable PluginCode code,
        List<HttpProxyVerticle> proxies) {
    /** Whether it has to be deployed anew to be as this says; reads the jar. */
    boolean differsFrom(Manifest.Entry wanted) {
        return !entry.equals(wanted)
                || (code != null && wanted.jar() != null && code.differsFrom(java.nio.file.Path.of(wanted.jar())));
    }
}
