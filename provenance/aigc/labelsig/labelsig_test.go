package labelsig

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"

	"anxin/provenance/aigc"
	"anxin/provenance/internal/corpus"
)

// The producer's half of a label in a published document, with its signature and key.
const field = `{"Label":"1","ContentProducer":"001191310104MACE0YX63918020","ProduceID":"142569260085903360","ReservedCode1":"{\"SecurityData\":{\"Type\":\"TC260PG\",\"Version\":1,\"PubSD\":[{\"Type\":\"DS\",\"AlgID\":\"1.2.156.10197.1.501\",\"TBSData\":{\"Type\":\"LabelMataData\"},\"Signature\":\"3046022100AE6B84B3342128AE301A597596FCD9EECF3EA0FC2DB6C250BAF234E167298E9002210097223ABB647B786A90D0A1B93CB9382EA879563B2C7F025FA006BE16AE926C14\"},{\"Type\":\"PubKey\",\"AlgID\":\"1.2.156.10197.1.501\",\"KeyValue\":\"3059301306072A8648CE3D020106082A811CCF5501822D034200045728F08C58D9C72150A705693EF7337859F8FF216E802630041AFAE5C036F0A67CB1FDF8C57F5F8B623284AE09E4E545464B7140B26BBDA51BAE965F854C57AA\"}]}}","ContentPropagator":"","PropagateID":"","ReservedCode2":""}`

func TestFromTheField(t *testing.T) {
	l, _, err := aigc.Parse(field)
	if err != nil {
		t.Fatal(err)
	}
	got := Check(l)
	if len(got) != 1 || got[0].State != Good || got[0].Form != "hashed" || !strings.HasPrefix(got[0].Key, "5728f08c") {
		t.Errorf("%+v", got)
	}
	for name, change := range map[string]func(*aigc.Label){"Label": func(l *aigc.Label) { l.Label = "3" }, "ContentProducer": func(l *aigc.Label) { l.ContentProducer = "x" }, "ProduceID": func(l *aigc.Label) { l.ProduceID += "0" }} {
		l, _, err := aigc.Parse(field)
		if err != nil {
			t.Fatal(err)
		}
		change(l)
		if got := Check(l); got[0].State != Unverified || got[0].Key != "" {
			t.Errorf("%s changed: %+v", name, got)
		}
	}
}

func TestFormsOfKeys(t *testing.T) {
	key, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	l := aigc.Label{Label: "1", ContentProducer: "001191110102MACQD9K64010000", ProduceID: "p-1"}
	sig, err := key.Sign(rand.Reader, []byte(l.SignedText("ReservedCode1")), sm2.DefaultSM2SignerOpts)
	if err != nil {
		t.Fatal(err)
	}
	spki, err := smx509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	x, y := spki[len(spki)-64:len(spki)-32], spki[len(spki)-32:]
	for name, form := range map[string][]byte{"point": append(append([]byte{4}, x...), y...), "bare point": append(append([]byte{}, x...), y...), "x only": x, "x only, padded": append([]byte{0}, x...), "compressed": append([]byte{2 + y[31]&1}, x...), "structure": spki} {
		l.ReservedCode1 = fmt.Sprintf(`{"SecurityData":{"Type":"TC260PG","Version":1,"PubSD":[{"Type":"DS","AlgID":"1.2.156.10197.1.501","TBSData":{"Type":"Md"},"Signature":"%x"},{"Type":"PubKey","AlgID":"1.2.156.10197.1.501","KeyValue":"%s"}]}}`, sig, hex.EncodeToString(form))
		back, _, err := aigc.Parse(l.JSON())
		if err != nil {
			t.Fatal(err)
		}
		if got := Check(back); len(got) != 1 || got[0].State != Good || got[0].Form != "standard" || got[0].Key != hex.EncodeToString(x)+hex.EncodeToString(y) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	other := l
	other.ReservedCode1 = strings.ReplaceAll(l.ReservedCode1, "1.2.156.10197.1.501", "1.2.840.113549.1.1.11")
	if back, _, err := aigc.Parse(other.JSON()); err != nil || Check(back)[0].State != Unsupported {
		t.Errorf("another algorithm: %+v %v", Check(back), err)
	}
	for _, l := range []*aigc.Label{nil, {Label: "1"}} {
		if got := Check(l); got != nil {
			t.Errorf("%+v", got)
		}
	}
}

// FuzzCheck: whatever stands in a reserved field is refused or judged, and nothing verifies by chance.
func FuzzCheck(f *testing.F) {
	l, _, err := aigc.Parse(field)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(l.ReservedCode1)
	f.Add(strings.Replace(l.ReservedCode1, "3059301306072A8648CE3D020106082A811CCF5501822D03420004", "", 1))
	corpus.Add(f, func(in string) { f.Add(in) })
	f.Fuzz(func(t *testing.T, reserved string) {
		x := aigc.Label{Label: "2", ContentProducer: "a", ProduceID: "b", ReservedCode1: reserved}
		back, _, err := aigc.Parse(x.JSON())
		if err != nil {
			return
		}
		for _, r := range Check(back) {
			if r.State == Good {
				t.Errorf("%+v verifies over fields that nobody signed", r)
			}
		}
	})
}
