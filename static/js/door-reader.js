/* Reads QR codes where the browser has no BarcodeDetector of its own: ZXing-C++ as WebAssembly, loaded only then.
   A worker has the policy of its own answer, so no page must be opened to WebAssembly for its sake. */
"use strict";

let ready = null;

const prepare = ({ decoder, wasm }) => {
  importScripts(decoder);
  self.BarcodeDetectionAPI.prepareZXingModule({
    overrides: { locateFile: (name, prefix) => (name.endsWith(".wasm") ? wasm : prefix + name) },
  });
  return new self.BarcodeDetectionAPI.BarcodeDetector({ formats: ["qr_code"] });
};

self.onmessage = async ({ data }) => {
  try {
    if (data.decoder) {
      ready = prepare(data);
      return;
    }
    const found = await ready.detect(new ImageData(new Uint8ClampedArray(data.pixels), data.width, data.height));
    self.postMessage({ text: found.length ? found[0].rawValue : "" });
  } catch (fault) {
    self.postMessage({ fault: String(fault) });
  }
};
