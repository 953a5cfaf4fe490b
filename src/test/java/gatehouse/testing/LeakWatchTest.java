package gatehouse.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LeakWatchTest {
    private static void loseSome() {
        for (var i = 0; i < 10; i++) {
            PooledByteBufAllocator.DEFAULT.directBuffer(16).writeByte(1);
        }
    }

    @Test
    void buffers_that_are_lost_are_reported() {
        var found = new ArrayList<String>();
        for (var round = 0; round < 50 && found.isEmpty(); round++) {
            loseSome();
            found.addAll(LeakWatch.lost());
        }
        assertThat(found).isNotEmpty();
        LeakWatch.lost();
    }
}
