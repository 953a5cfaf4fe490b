package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class NodeSecretsTest {
    @TempDir
    private Path folder;

    @Test
    void each_is_made_once_and_kept() {
        assertThat(NodeSecrets.adminToken(folder)).hasSize(43).isEqualTo(NodeSecrets.adminToken(folder));
        assertThat(NodeSecrets.stickyKey(folder)).hasSize(43).isEqualTo(NodeSecrets.stickyKey(folder));
    }

    @Test
    void a_file_that_was_left_empty_is_no_secret() throws Exception {
        for (var name : new String[] {"admin.token", "sticky.key"}) {
            Files.createFile(folder.resolve(name));
        }
        assertThatThrownBy(() -> NodeSecrets.adminToken(folder))
                .isInstanceOf(NotTakenException.class)
                .hasMessageContaining("admin.token holds no secret. Remove it, and a new one is made.");
        assertThatThrownBy(() -> NodeSecrets.stickyKey(folder))
                .isInstanceOf(NotTakenException.class)
                .hasMessageContaining("sticky.key holds no secret");
    }
}
