/** How bad an ECA code is: its low three bits. */
const WARNING = 0;
const SUCCESS = 1;
const ERROR = 2;
const INFO = 3;
const FATAL = 6;

/** The 61 messages of Channel Access by number: name, severity, what it says. The code on the wire is `number << 3 | severity`. */
const MESSAGES: readonly (readonly [name: string, severity: number, text: string])[] = [
  ["NORMAL", SUCCESS, "done"],
  ["MAXIOC", ERROR, "too many servers"],
  ["UKNHOST", ERROR, "unknown host"],
  ["UKNSERV", ERROR, "unknown server"],
  ["SOCK", ERROR, "socket could not be made"],
  ["CONN", WARNING, "could not connect to the service"],
  ["ALLOCMEM", WARNING, "out of memory"],
  ["UKNCHAN", WARNING, "unknown channel"],
  ["UKNFIELD", WARNING, "unknown record field"],
  ["TOLARGE", WARNING, "larger than the limit"],
  ["TIMEOUT", WARNING, "timed out"],
  ["NOSUPPORT", WARNING, "not supported"],
  ["STRTOBIG", WARNING, "string too long"],
  ["DISCONNCHID", ERROR, "channel was disconnected"],
  ["BADTYPE", ERROR, "invalid data type"],
  ["CHIDNOTFND", INFO, "channel not found"],
  ["CHIDRETRY", INFO, "channel search tried again"],
  ["INTERNAL", FATAL, "internal failure of the server"],
  ["DBLCLFAIL", WARNING, "database client call failed"],
  ["GETFAIL", WARNING, "read failed"],
  ["PUTFAIL", WARNING, "write failed"],
  ["ADDFAIL", WARNING, "subscription failed"],
  ["BADCOUNT", WARNING, "invalid element count"],
  ["BADSTR", ERROR, "invalid string"],
  ["DISCONN", WARNING, "circuit disconnected"],
  ["DBLCHNL", WARNING, "several servers have this name"],
  ["EVDISALLOW", ERROR, "not allowed in a callback"],
  ["BUILDGET", WARNING, "read while the channel connects failed"],
  ["NEEDSFP", WARNING, "floating point needed"],
  ["OVEVFAIL", WARNING, "event overflow"],
  ["BADMONID", ERROR, "unknown subscription"],
  ["NEWADDR", WARNING, "server has a new address"],
  ["NEWCONN", INFO, "new connection"],
  ["NOCACTX", WARNING, "no client context"],
  ["DEFUNCT", FATAL, "client too old for this server"],
  ["EMPTYSTR", WARNING, "empty string"],
  ["NOREPEATER", WARNING, "no beacon repeater"],
  ["NOCHANMSG", WARNING, "no such channel"],
  ["DLCKREST", WARNING, "connection reset against a deadlock"],
  ["SERVBEHIND", WARNING, "server is behind"],
  ["NOCAST", WARNING, "no broadcast interface"],
  ["BADMASK", ERROR, "invalid event mask"],
  ["IODONE", INFO, "I/O is done"],
  ["IOINPROGRESS", INFO, "I/O is in progress"],
  ["BADSYNCGRP", ERROR, "invalid synchronous group"],
  ["PUTCBINPROG", ERROR, "an earlier write is still in progress"],
  ["NORDACCESS", WARNING, "no read access"],
  ["NOWTACCESS", WARNING, "no write access"],
  ["ANACHRONISM", ERROR, "no longer supported"],
  ["NOSEARCHADDR", WARNING, "no address to search"],
  ["NOCONVERT", WARNING, "no conversion between these types"],
  ["BADCHID", ERROR, "unknown channel identifier"],
  ["BADFUNCPTR", ERROR, "invalid function"],
  ["ISATTACHED", WARNING, "already attached to a context"],
  ["UNAVAILINSERV", WARNING, "not available in this server"],
  ["CHANDESTROY", WARNING, "channel destroyed"],
  ["BADPRIORITY", ERROR, "invalid priority"],
  ["NOTTHREADED", ERROR, "not a threaded context"],
  ["16KARRAYCLIENT", WARNING, "array too large for this client"],
  ["CONNSEQTMO", WARNING, "connection sequence timed out"],
  ["UNRESPTMO", WARNING, "server does not answer"],
];

/** Codes that this package sends or decides on, by name. */
export const ECA = {
  NORMAL: 1,
  TOLARGE: 72,
  TIMEOUT: 80,
  BADTYPE: 114,
  INTERNAL: 142,
  GETFAIL: 152,
  PUTFAIL: 160,
  BADCOUNT: 176,
  BADSTR: 186,
  DISCONN: 192,
  BADMONID: 242,
  DEFUNCT: 278,
  PUTCBINPROG: 362,
  NORDACCESS: 368,
  NOWTACCESS: 376,
  NOCONVERT: 400,
  BADCHID: 410,
  UNAVAILINSERV: 432,
  UNRESPTMO: 480,
} as const;

/** What is known of an ECA code. */
export interface EcaInfo {
  readonly code: number;
  /** `ECA_NORMAL`, or `ECA_?` with the number where the table has none. */
  readonly name: string;
  readonly text: string;
}

/** Looks an ECA code up; an unknown one gets a name that shows its number. */
export function describeEca(code: number): EcaInfo {
  const entry = MESSAGES[code >>> 3];
  if (!entry || entry[1] !== (code & 7)) return { code, name: `ECA_?${code}`, text: `unknown status ${code}` };
  return { code, name: `ECA_${entry[0]}`, text: entry[2] };
}

/** All codes of the table, in order of their number. */
export function listEca(): readonly EcaInfo[] {
  return MESSAGES.map(([name, severity, text], number) => ({ code: (number << 3) | severity, name: `ECA_${name}`, text }));
}
