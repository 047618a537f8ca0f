import { startIslands } from "./islands";
import { startLive } from "./live";
import { startPage } from "./page";
import { startUpload } from "./upload";

startUpload();
startIslands();
startPage();
startLive();
