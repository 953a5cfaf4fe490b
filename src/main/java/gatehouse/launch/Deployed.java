package gatehouse.launch;

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
 */
record Deployed(
        String name,
        Manifest.Entry entry,
        String id,
        int instances,
        int generation,
        @Nullable PluginCode code) {
    /** Whether it has to be deployed anew to be as this says; reads the jar. */
    boolean differsFrom(Manifest.Entry wanted) {
        return !entry.equals(wanted)
                || (code != null && wanted.jar() != null && code.differsFrom(java.nio.file.Path.of(wanted.jar())));
    }
}
