package main

import (
	"bufio"
	"context"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"os"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/downloader"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"
)

type order struct {
	Order, Mchid, Serial, PrivateKey, ApiV3Key, PublicKeyId, PublicKey, Text, Certificate, Padding, Path string
	Body                                                                                               json.RawMessage
	Altered                                                                                            bool
}

type answer map[string]any

var ctx = context.Background()
var client *core.Client

func open(o order) (answer, error) {
	privateKey, err := utils.LoadPrivateKey(o.PrivateKey)
	if err != nil {
		return nil, err
	}
	if o.PublicKeyId == "" {
		client, err = core.NewClient(ctx, option.WithWechatPayAutoAuthCipher(o.Mchid, o.Serial, privateKey, o.ApiV3Key))
		return answer{"certificates": downloader.MgrInstance().ExportCertificateMap(ctx, o.Mchid)}, err
	}
	publicKey, err := utils.LoadPublicKey(o.PublicKey)
	if err != nil {
		return nil, err
	}
	client, err = core.NewClient(ctx, option.WithWechatPayPublicKeyAuthCipher(
		o.Mchid, o.Serial, privateKey, o.PublicKeyId, publicKey))
	return answer{}, err
}

func encrypt(o order) (answer, error) {
	if o.Certificate == "" {
		sealed := struct {
			Text *string `encryption:"EM_APIV3"`
		}{&o.Text}
		_, err := client.EncryptRequest(ctx, &sealed)
		return answer{"text": sealed.Text}, err
	}
	certificate, err := utils.LoadCertificate(o.Certificate)
	if err != nil {
		return nil, err
	}
	seal := utils.EncryptOAEPWithPublicKey
	if o.Padding == "pkcs1" {
		seal = utils.EncryptPKCS1v15WithPublicKey
	}
	text, err := seal(o.Text, certificate.PublicKey.(*rsa.PublicKey))
	return answer{"text": text}, err
}

func post(o order) (answer, error) {
	url := "https://api.mch.weixin.qq.com" + o.Path
	send := func() (*core.APIResult, error) { return client.Post(ctx, url, o.Body) }
	if o.Altered {
		// What is signed and what is sent are two things in an upload.
		indented, err := json.MarshalIndent(o.Body, "", "  ")
		if err != nil {
			return nil, err
		}
		send = func() (*core.APIResult, error) {
			return client.Upload(ctx, url, string(o.Body), string(indented), "application/json")
		}
	}
	result, err := send()
	if err != nil {
		return nil, err
	}
	var got map[string]any
	err = core.UnMarshalResponse(result.Response, &got)
	return answer{"answer": got}, err
}

func main() {
	orders := map[string]func(order) (answer, error){"open": open, "encrypt": encrypt, "post": post}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var o order
		err := json.Unmarshal(lines.Bytes(), &o)
		said := answer{}
		if err == nil {
			said, err = orders[o.Order](o)
		}
		if err != nil {
			said = answer{"error": err.Error()}
		}
		text, err := json.Marshal(said)
		if err != nil {
			panic(err)
		}
		fmt.Println(string(text))
	}
}
