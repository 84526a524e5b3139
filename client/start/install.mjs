// Installs what the build needs, when it is missing: `npm run build` is enough in a fresh clone.

import { installPackages } from './install-packages.mjs';

installPackages();
