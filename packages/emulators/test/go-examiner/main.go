// Examines the OSS emulator with Alibaba's own Go SDK as Debian packages it: V1 signatures and a CRC-64 that the SDK
// computes and compares. Prints one line per examination and exits 1 at the first that goes wrong.
package main

import (
	"bytes"
	"fmt"
	"io/ioutil"
	"math/rand"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

const oddKey = "folder//a b+c%2F&<>\"'/\u6c49\u5b57 \U0001F600.bin"

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: go-examiner ENDPOINT ACCESS_KEY_ID ACCESS_KEY_SECRET BUCKET")
		os.Exit(2)
	}
	client, err := oss.New(os.Args[1], os.Args[2], os.Args[3])
	check(err)
	bucket, err := client.Bucket(os.Args[4])
	check(err)
	examine("buckets", func() { buckets(client, os.Args[4]) })
	examine("objects", func() { objects(bucket) })
	examine("listing", func() { listing(bucket) })
	examine("multipart", func() { multipart(bucket) })
	examine("copies", func() { copies(bucket) })
	examine("append", func() { appends(bucket) })
	examine("symlinks", func() { symlinks(bucket) })
	examine("refusals", func() { refusals(os.Args[1], os.Args[2], bucket) })
}

func examine(name string, examination func()) {
	examination()
	fmt.Println("ok " + name)
}

func buckets(client *oss.Client, name string) {
	listed, err := client.ListBuckets()
	check(err)
	found := false
	for _, bucket := range listed.Buckets {
		found = found || bucket.Name == name
	}
	expect(found, "the bucket is listed")
	info, err := client.GetBucketInfo(name)
	check(err)
	expect(info.BucketInfo.Name == name, "the bucket's info names it")
	check(client.CreateBucket("go-examiner-made"))
	exists, err := client.IsBucketExist("go-examiner-made")
	check(err)
	expect(exists, "a bucket that was made exists")
	check(client.DeleteBucket("go-examiner-made"))
}

func objects(bucket *oss.Bucket) {
	content := randomBytes(70000)
	check(bucket.PutObject(oddKey, bytes.NewReader(content), oss.Meta("colour", "blue"), oss.ContentType("text/x-odd")))
	expect(bytes.Equal(read(bucket, oddKey), content), "content comes back")
	expect(bytes.Equal(read(bucket, oddKey, oss.Range(5, 9)), content[5:10]), "a range comes back")
	header, err := bucket.GetObjectDetailedMeta(oddKey)
	check(err)
	expect(header.Get("X-Oss-Meta-Colour") == "blue", "metadata comes back")
	expect(header.Get("Content-Type") == "text/x-odd", "the content type comes back")
	check(bucket.SetObjectACL(oddKey, oss.ACLPublicRead))
	acl, err := bucket.GetObjectACL(oddKey)
	check(err)
	expect(acl.ACL == string(oss.ACLPublicRead), "the ACL comes back")
	check(bucket.PutObject("empty", strings.NewReader("")))
	expect(len(read(bucket, "empty")) == 0, "an empty object is empty")
	deleted, err := bucket.DeleteObjects([]string{oddKey, "empty", "never-there"})
	check(err)
	expect(len(deleted.DeletedObjects) == 3 && deleted.DeletedObjects[0] == oddKey, "deleted keys are named")
	exists, err := bucket.IsObjectExist(oddKey)
	check(err)
	expect(!exists, "a deleted object is gone")
}

func listing(bucket *oss.Bucket) {
	for _, key := range []string{"l/a", "l/b/1", "l/b/2", "l/c&<d>", "l/e+f g", "l/\u00e9"} {
		check(bucket.PutObject(key, strings.NewReader(key)))
	}
	var keys, prefixes []string
	for marker := ""; ; {
		page, err := bucket.ListObjects(oss.Prefix("l/"), oss.Delimiter("/"), oss.MaxKeys(2), oss.Marker(marker))
		check(err)
		for _, object := range page.Objects {
			keys = append(keys, object.Key)
		}
		prefixes = append(prefixes, page.CommonPrefixes...)
		if !page.IsTruncated {
			break
		}
		marker = page.NextMarker
	}
	expect(strings.Join(keys, "|") == "l/a|l/c&<d>|l/e+f g|l/\u00e9", "keys come in byte order: "+strings.Join(keys, "|"))
	expect(strings.Join(prefixes, "|") == "l/b/", "a common prefix comes once: "+strings.Join(prefixes, "|"))
}

func multipart(bucket *oss.Bucket) {
	folder, err := ioutil.TempDir("", "go-examiner")
	check(err)
	defer os.RemoveAll(folder)
	content := randomBytes(350*1024 + 17)
	path := filepath.Join(folder, "content")
	check(ioutil.WriteFile(path, content, 0600))
	check(bucket.UploadFile("multi/part", path, 100*1024, oss.Routines(3)))
	check(bucket.DownloadFile("multi/part", path+".back", 120*1024, oss.Routines(2)))
	back, err := ioutil.ReadFile(path + ".back")
	check(err)
	expect(bytes.Equal(back, content), "an upload in parts comes back in ranges")
	header, err := bucket.GetObjectDetailedMeta("multi/part")
	check(err)
	expect(header.Get("X-Oss-Object-Type") == "Multipart", "the object's type is Multipart")

	upload, err := bucket.InitiateMultipartUpload("multi/aborted")
	check(err)
	part, err := bucket.UploadPart(upload, strings.NewReader("too small"), 9, 1)
	check(err)
	last, err := bucket.UploadPart(upload, strings.NewReader("last"), 4, 2)
	check(err)
	_, err = bucket.CompleteMultipartUpload(upload, []oss.UploadPart{part, last})
	expectCode(err, 400, "EntityTooSmall")
	parts, err := bucket.ListUploadedParts(upload)
	check(err)
	expect(len(parts.UploadedParts) == 2, "both parts are listed")
	uploads, err := bucket.ListMultipartUploads()
	check(err)
	expect(len(uploads.Uploads) == 1 && uploads.Uploads[0].Key == "multi/aborted", "the upload is listed")
	check(bucket.AbortMultipartUpload(upload))
	_, err = bucket.CompleteMultipartUpload(upload, []oss.UploadPart{part, last})
	expectCode(err, 404, "NoSuchUpload")
}

func copies(bucket *oss.Bucket) {
	content := randomBytes(250 * 1024)
	check(bucket.PutObject("copy/source a+b", bytes.NewReader(content), oss.Meta("colour", "red")))
	_, err := bucket.CopyObject("copy/source a+b", "copy/target")
	check(err)
	expect(bytes.Equal(read(bucket, "copy/target"), content), "a copy has the content")
	header, err := bucket.GetObjectDetailedMeta("copy/target")
	check(err)
	expect(header.Get("X-Oss-Meta-Colour") == "red", "a copy keeps the metadata")
	// This SDK's UploadPartCopy sends the source's key unencoded, so only a plain key reaches the store as it is.
	check(bucket.CopyFile(bucket.BucketName, "copy/target", "copy/in-parts", 100*1024))
	expect(bytes.Equal(read(bucket, "copy/in-parts"), content), "a copy in parts has the content")
	check(bucket.SetObjectMeta("copy/target", oss.Meta("colour", "green")))
	header, err = bucket.GetObjectDetailedMeta("copy/target")
	check(err)
	expect(header.Get("X-Oss-Meta-Colour") == "green", "metadata is replaced")
}

func appends(bucket *oss.Bucket) {
	position, err := bucket.AppendObject("appended", strings.NewReader("one "), 0)
	check(err)
	position, err = bucket.AppendObject("appended", strings.NewReader("two"), position)
	check(err)
	expect(position == 7, "the next position is the length")
	expect(string(read(bucket, "appended")) == "one two", "what was appended comes back")
}

func symlinks(bucket *oss.Bucket) {
	check(bucket.PutObject("target \u6c49", strings.NewReader("behind the link")))
	check(bucket.PutSymlink("link", "target \u6c49"))
	header, err := bucket.GetSymlink("link")
	check(err)
	expect(header.Get("X-Oss-Symlink-Target") == "target \u6c49", "the link names its target")
	expect(string(read(bucket, "link")) == "behind the link", "a link reads its target")
}

func refusals(endpoint, accessKeyID string, bucket *oss.Bucket) {
	stranger, err := oss.New(endpoint, accessKeyID, "wrong secret")
	check(err)
	strange, err := stranger.Bucket(bucket.BucketName)
	check(err)
	_, err = strange.GetObject("link")
	expectCode(err, http.StatusForbidden, "SignatureDoesNotMatch")
	_, err = bucket.GetObject("never-there")
	expectCode(err, http.StatusNotFound, "NoSuchKey")
	expectCode(bucket.PutObject("\\leading", strings.NewReader("")), http.StatusBadRequest, "InvalidObjectName")
}

func read(bucket *oss.Bucket, key string, options ...oss.Option) []byte {
	body, err := bucket.GetObject(key, options...)
	check(err)
	defer body.Close()
	content, err := ioutil.ReadAll(body)
	check(err)
	return content
}

func randomBytes(count int) []byte {
	content := make([]byte, count)
	rand.New(rand.NewSource(42)).Read(content)
	return content
}

func expectCode(err error, status int, code string) {
	refusal, isRefusal := err.(oss.ServiceError)
	expect(isRefusal, fmt.Sprintf("a refusal with %s, not %v", code, err))
	expect(refusal.StatusCode == status && refusal.Code == code, fmt.Sprintf("%d %s, not %v", status, code, err))
}

func expect(holds bool, what string) {
	if !holds {
		fmt.Fprintln(os.Stderr, "expected: "+what)
		os.Exit(1)
	}
}

func check(err error) {
	expect(err == nil, fmt.Sprintf("no error, but: %v", err))
}
