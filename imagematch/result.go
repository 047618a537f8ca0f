package imagematch

// Fact is one sentence for the reviewer, in both languages.
type Fact struct {
	ID string `json:"id"`
	Zh string `json:"zh"`
	En string `json:"en"`
}

// Result says what two pictures have to do with one another.
type Result struct {
	Related        bool     `json:"related"`         // they show some of the same things
	SamePhotograph bool     `json:"same_photograph"` // one was made from the other
	Mirrored       bool     `json:"mirrored"`
	Inliers        int      `json:"inliers"`      // keypoints that fit the map
	Residual       float64  `json:"residual_px"`  // median misfit of blocks after alignment, working pixels
	Coverage       float64  `json:"coverage"`     // share of the claim's textured area that agrees with the reference
	Changed        bool     `json:"changed"`      // something was added, removed or altered
	ChangedArea    float64  `json:"changed_area"` // share of the claim
	Boxes          [][4]int `json:"boxes"`        // x, y, width, height in claim pixels
	Band           string   `json:"band"`         // insufficient, leans or strong: how firmly the same-photograph answer stands
	Facts          []Fact   `json:"facts"`

	ref, claim *Features
	align      alignment
	h          homography // claim to reference, working pixels
	blocks     []block
	inside     []uint8
	evidence   evidence
	score      plane
	mask       []uint8 // of the claim's working picture
	regions    []region
}
