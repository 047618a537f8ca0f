import { startDesk } from "./desk";
import { startIslands } from "./islands";
import { startLive } from "./live";
import { startPage } from "./page";
import { startReview } from "./review";
import { startTech } from "./tech";
import { startUpload } from "./upload";
import { startWatch } from "./watch";

startUpload();
startIslands();
startPage();
startLive();
startWatch();
startDesk();
startTech();
startReview();
