// Zip archives whose files are stored as they are: pictures are compressed already.

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** The CRC-32 of a blob, which is read in pieces of 4 MiB. */
async function checksum(blob) {
  let crc = 0xffffffff;
  for (let start = 0; start < blob.size; start += 1 << 22) {
    const bytes = new Uint8Array(await blob.slice(start, start + (1 << 22)).arrayBuffer());
    for (let index = 0; index < bytes.length; index += 1) crc = crcTable[(crc ^ bytes[index]) & 255] ^ (crc >>> 8);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Writes 16-bit (`[value]`) and 32-bit (`value`) numbers, lowest byte first. */
function record(...fields) {
  const bytes = [];
  for (const field of fields) {
    const [value, count] = Array.isArray(field) ? [field[0], 2] : [field, 4];
    for (let index = 0; index < count; index += 1) bytes.push((value >>> (8 * index)) & 255);
  }
  return new Uint8Array(bytes);
}

/** The date and the time of MS-DOS, which zip archives have. */
function dosTime(date) {
  const year = Math.min(Math.max(date.getFullYear(), 1980), 2107);
  return [
    (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1),
    ((year - 1980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate(),
  ];
}

/** An archive that grows file by file. The blobs are not copied, so the archive takes no memory of its own. */
class ZipArchive {
  #parts = [];
  #directory = [];
  #size = 0;
  #directorySize = 0;
  #time = dosTime(new Date());

  async add(name, blob) {
    if (this.#size + blob.size > 0xfff00000) throw new Error(text("zipTooLarge"));
    const path = new TextEncoder().encode(name);
    const [time, date] = this.#time;
    // Version 2.0, names in UTF-8, stored.
    const sizes = record(await checksum(blob), blob.size, blob.size);
    const common = joined(record([20], [0x0800], [0], [time], [date]), sizes, record([path.length], [0]));
    const header = [record(0x04034b50), common, path];
    const entry = [record(0x02014b50, [20]), common, record([0], [0], [0], 0, this.#size), path];
    this.#parts.push(...header, blob);
    this.#directory.push(entry);
    this.#size += sizeOf(header) + blob.size;
    this.#directorySize += sizeOf(entry);
  }

  finish() {
    const count = this.#directory.length;
    const end = record(0x06054b50, [0], [0], [count], [count], this.#directorySize, this.#size, [0]);
    return new Blob([...this.#parts, ...this.#directory.flat(), end], { type: "application/zip" });
  }
}

function joined(...parts) {
  const bytes = new Uint8Array(sizeOf(parts));
  let start = 0;
  for (const part of parts) {
    bytes.set(part, start);
    start += part.length;
  }
  return bytes;
}

const sizeOf = (parts) => parts.reduce((sum, part) => sum + part.length, 0);
