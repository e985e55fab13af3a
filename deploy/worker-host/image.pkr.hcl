# The image of all hosts: Debian 12, provisioned, without a role and without a secret.
#   node deploy/worker-host/bundle.mjs
#   packer build -var region=ap-northeast-1 -var bundle=data/causeway-host-0.1.0-x64.tar.gz deploy/worker-host/image.pkr.hcl
# With a packer newer than Debian's 1.6, first: packer init deploy/worker-host, and build the folder instead of the file.

variable "region" {
  type    = string
  default = "ap-northeast-1"
}

variable "bundle" {
  type        = string
  description = "What bundle.mjs made."
}

variable "architecture" {
  type        = string
  default     = "x86_64"
  description = "The architecture of the bundle: x86_64 or arm64."
}

variable "instance_type" {
  type    = string
  default = "c7i.large"
}

locals {
  debian = { x86_64 = "debian-12-amd64-*", arm64 = "debian-12-arm64-*" }
}

source "amazon-ebs" "host" {
  region        = var.region
  instance_type = var.instance_type
  ssh_username  = "admin"
  ami_name      = "causeway-host-${formatdate("YYYYMMDD-hhmm", timestamp())}"

  source_ami_filter {
    # Debian's own account.
    owners      = ["136693071363"]
    most_recent = true
    filters = {
      name                = local.debian[var.architecture]
      virtualization-type = "hvm"
    }
  }

  launch_block_device_mappings {
    device_name           = "/dev/xvda"
    volume_type           = "gp3"
    volume_size           = 16
    iops                  = 3000
    throughput            = 125
    encrypted             = true
    delete_on_termination = true
  }
}

build {
  sources = ["source.amazon-ebs.host"]

  provisioner "file" {
    source      = var.bundle
    destination = "/tmp/causeway-host.tar.gz"
  }

  provisioner "shell" {
    inline = [
      "cloud-init status --wait",
      "sudo mkdir -p /opt/causeway",
      "sudo tar -xzf /tmp/causeway-host.tar.gz -C /opt/causeway",
      "sudo /opt/causeway/deploy/worker-host/provision.sh",
      # Every host makes its own of these.
      "sudo rm -f /tmp/causeway-host.tar.gz /etc/ssh/ssh_host_* /etc/machine-id",
      "sudo touch /etc/machine-id",
      "sudo cloud-init clean --logs",
    ]
  }
}
