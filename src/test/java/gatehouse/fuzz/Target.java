package gatehouse.fuzz;

import java.util.List;
import java.util.Random;

/** Something to send cases to. */
interface Target {
    /** Name of its folder in the corpus. */
    String name();

    /** A case that is a little different. */
    byte[] mutate(Random random, byte[] from);

    /** Runs a case and tells what does not hold. */
    List<String> run(byte[] from) throws Exception;
}
