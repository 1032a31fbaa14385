import fc from "fast-check";

/** Property tests draw the same cases in every run, so that a red run can be repeated; `EPICUBE_SEED=N` draws others (`random` for new ones each time). */
const wanted = process.env.EPICUBE_SEED ?? "20261122";
if (wanted !== "random") fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(wanted) });
