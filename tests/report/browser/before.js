// Runs before the page's own scripts.
'use strict';
window.pageErrors = [];
addEventListener('error', e => pageErrors.push(`error: ${e.message}`));
addEventListener('unhandledrejection', e => pageErrors.push(`rejection: ${e.reason}`));
addEventListener('securitypolicyviolation', e => pageErrors.push(`policy: ${e.violatedDirective} ${e.blockedURI}`));
// A page that is never shown has no frames.
window.requestAnimationFrame = step => setTimeout(() => step(performance.now()), 16);
