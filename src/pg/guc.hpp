// The settings of the extension.
#pragma once

namespace quiver::pg {

// Chooses the kernels for this CPU, then defines the settings. Called once, by _PG_init.
void define_settings();

}  // namespace quiver::pg
