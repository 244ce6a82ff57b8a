// Runs before the page's own scripts.
'use strict';
window.pageErrors = [];
addEventListener('error', e => pageErrors.push(`error: ${e.message}`));
addEventListener('unhandledrejection', e => pageErrors.push(`rejection: ${e.reason}`));
addEventListener('securitypolicyviolation', e => pageErrors.push(`policy: ${e.violatedDirective} ${e.blockedURI}`));
// What the page would save, in the place of saving it.
window.savedFiles = [];
HTMLAnchorElement.prototype.click = function() {
  fetchBlob(this.href).then(bytes => savedFiles.push({name: this.download, bytes}), e => pageErrors.push(`save: ${e}`));
};
const blobs = new Map(), makeUrl = URL.createObjectURL;
URL.createObjectURL = blob => {
  const url = makeUrl.call(URL, blob);
  blobs.set(url, blob);
  return url;
};
const fetchBlob = async url => new Uint8Array(await blobs.get(url).arrayBuffer());
// A page that is never shown has no frames.
window.requestAnimationFrame = step => setTimeout(() => step(performance.now()), 16);
