/**
 * What the tests of epicube share. Private: never published.
 *
 * @packageDocumentation
 */

export { conformanceFolder } from "./conformance/conformance.js";
export { expectGolden } from "./golden/golden.js";
export { describePeer, findPeer, OPTIONAL_PEER_NAMES, PEER_NAMES, type Peer, type PeerName, peersFolder } from "./peers/peers.js";
export { createTempFolder, type TempFolder } from "./temp/temp-folder.js";
