// jscanify as its package has it, under node: frames come on standard input, corners go out, a line each.
// A frame is width and height as two little-endian uint32 and width * height * 4 bytes RGBA. The package asks for a
// canvas and a DOM only to show what it found; both are left out here, for they are not asked while it finds.
const Module = require("module");
const load = Module._load;
Module._load = (name, ...rest) =>
  name === "canvas" ? {} : name === "jsdom" ? { JSDOM: class { window = { document: {} }; } } : load(name, ...rest);

const Scanner = require(process.argv[2] + "/src/jscanify-node.js");
const scanner = new Scanner();
let held = Buffer.alloc(0);

function find(cv, width, height, pixels) {
  const image = cv.matFromArray(height, width, cv.CV_8UC4, pixels);
  const began = process.cpuUsage();
  const contour = scanner.findPaperContour(image);
  const points = contour ? scanner.getCornerPoints(contour) : {};
  const spent = process.cpuUsage(began);
  if (contour) contour.delete();
  image.delete();
  const corners = [points.topLeftCorner, points.topRightCorner, points.bottomRightCorner, points.bottomLeftCorner];
  const found = corners.every((corner) => corner) ? corners.map((corner) => [corner.x, corner.y]) : null;
  return { corners: found, ms: (spent.user + spent.system) / 1000 };
}

scanner.loadOpenCV((cv) => {
  process.stdout.write("{}\n");
  process.stdin.on("data", (data) => {
    held = Buffer.concat([held, data]);
    while (held.length >= 8) {
      const [width, height] = [held.readUInt32LE(0), held.readUInt32LE(4)];
      const size = 8 + width * height * 4;
      if (held.length < size) return;
      const answer = find(cv, width, height, held.subarray(8, size));
      held = held.subarray(size);
      process.stdout.write(JSON.stringify(answer) + "\n");
    }
  });
});
