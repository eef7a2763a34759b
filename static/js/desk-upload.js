// The screen on which many pictures are put into the library at once.
import { Batch } from "./picture-batch.js";

new Batch(document, location.pathname);
