/** Command numbers of Channel Access 4.13. */
export const COMMAND = {
  VERSION: 0,
  EVENT_ADD: 1,
  EVENT_CANCEL: 2,
  READ: 3,
  WRITE: 4,
  SEARCH: 6,
  EVENTS_OFF: 8,
  EVENTS_ON: 9,
  READ_SYNC: 10,
  ERROR: 11,
  CLEAR_CHANNEL: 12,
  RSRV_IS_UP: 13,
  NOT_FOUND: 14,
  READ_NOTIFY: 15,
  REPEATER_CONFIRM: 17,
  CREATE_CHAN: 18,
  WRITE_NOTIFY: 19,
  CLIENT_NAME: 20,
  HOST_NAME: 21,
  ACCESS_RIGHTS: 22,
  ECHO: 23,
  REPEATER_REGISTER: 24,
  CREATE_CH_FAIL: 26,
  SERVER_DISCONN: 27,
} as const;

/** Minor protocol version that this package speaks: count 0 means "what there is". */
export const MINOR_VERSION = 13;
/** Older peers are refused: from 4.4 on the name travels in CREATE_CHAN. */
export const OLDEST_MINOR_VERSION = 4;

/** In p1 of a search reply: the server is where the reply came from. */
export const ADDRESS_OF_SENDER = 0xffffffff;

/** Search request types: answer only when found, or also when not (the second is answered over TCP only). */
export const DONT_REPLY = 5;
export const DO_REPLY = 10;

/** Event mask bits of a subscription. */
export const EVENT_MASK = { VALUE: 1, LOG: 2, ALARM: 4, PROPERTY: 8 } as const;

/** Bits of ACCESS_RIGHTS. */
export const ACCESS = { READ: 1, WRITE: 2 } as const;

/** Ports of the protocol where the environment names none. */
export const DEFAULT_SERVER_PORT = 5064;

/** Names of the commands, for messages. */
export const COMMAND_NAMES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(COMMAND).map(([name, code]) => [code, name]),
);
