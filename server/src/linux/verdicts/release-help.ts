// What the command line says of releases of Linux.

export const RELEASE_HELP = 'Linux release on bare metal';
