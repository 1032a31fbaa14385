// Stands in for an IOC: listens on the port that it is given.
import { createServer } from "node:net";

createServer((socket) => socket.end()).listen(Number(process.env.EPICS_CA_SERVER_PORT), "127.0.0.1", () => console.log("serving"));
