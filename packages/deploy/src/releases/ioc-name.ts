/** DNS-1123 label, and at most 52 characters: the limit of a StatefulSet's name. Neither can name another folder. */
const IOC_NAME = /^[a-z0-9](?:[a-z0-9-]{0,50}[a-z0-9])?$/;

/** True for a name that is safe as a folder, as a label and as a StatefulSet. */
export function isIocName(name: unknown): name is string {
  return typeof name === "string" && IOC_NAME.test(name);
}
