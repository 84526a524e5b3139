// Why the disk refused something, in a few words.

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'is a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'read-only file system',
  ENOSPC: 'no space left',
  EDQUOT: 'disk quota exceeded',
  EFBIG: 'larger than the file size limit',
  EIO: 'input/output error',
  EBUSY: 'is in use or a mount point',
  EXDEV: 'is on another file system than its folder',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  EBADF: 'is not open for writing',
  ENXIO: 'is a socket or a device that is not there',
  ENAMETOOLONG: 'file name too long',
  ELOOP: 'too many symbolic links',
  ETXTBSY: 'is being executed',
  ERR_INVALID_URL: 'not a file: address',
  ERR_INVALID_FILE_URL_HOST: 'a file: address of another machine',
  ERR_INVALID_FILE_URL_PATH: 'not a file: address',
  ERR_INVALID_ARG_VALUE: 'no file can have this name',
};

/** A fault that has its own words. `code` is the system's, when it comes from there. */
export class FileFault extends Error {
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/** The reason as it follows a file's name and a colon. */
export function reasonOf(error: unknown): string {
  if (error instanceof FileFault) return error.message;
  if (error instanceof URIError) return 'not a file: address';
  const code = codeOf(error);
  return REASONS[code] ?? `cannot be used (${code || 'unknown reason'})`;
}

/** The system's code of an error, `ENOENT`; empty when it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
