// What the command line says of releases of Xen.

export const RELEASE_HELP = 'Xen release, such as 4.18 or 4.18.2';
