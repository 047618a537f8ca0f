package casefile

import "fmt"

// Fen is money in hundredths of a yuan.
type Fen int64

// String writes ¥128.00.
func (f Fen) String() string {
	sign := ""
	if f < 0 {
		sign, f = "-", -f
	}
	return fmt.Sprintf("%s¥%d.%02d", sign, f/100, f%100)
}
