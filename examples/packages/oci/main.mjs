// Writes a layer into an OCI image layout twice: the same bytes have the same digest, and are stored once.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipBlocks, MEDIA_TYPES, openImageLayout, sortTarEntries, writeTar } from "@epicube/oci";

const folder = await mkdtemp(join(tmpdir(), "epicube-example-"));
try {
  const layout = await openImageLayout(join(folder, "layout"), { create: true });
  const writer = await layout.openWriter();
  const entry = { path: "epics/ioc/st.cmd", type: "file", mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 0, content: Buffer.from("iocInit\n") };
  for (const attempt of ["first", "second"]) {
    const blob = await writer.writeBlob(gzipBlocks(writeTar(sortTarEntries([entry]))));
    console.log(`${attempt}: ${MEDIA_TYPES.layerGzip} ${blob.digest} ${blob.size} bytes${blob.existed ? ", was there" : ""}`);
  }
  await writer.close();
} finally {
  await rm(folder, { recursive: true });
}
